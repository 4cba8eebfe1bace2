"""The commands, a module each: arguments in, the library called, what came of it shown.

Nothing heavy is imported before a command runs.
"""
