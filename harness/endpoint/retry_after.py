"""Retry-After: the pause an endpoint asks for, in the forms in which endpoints ask.

Takes a reply's headers and body, gives seconds. Does not wait.
"""

import math
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

_DURATION = re.compile(r"(?:(\d+)h)?(?:(\d+)m)?(?:(\d+(?:\.\d+)?)s)?(?:(\d+(?:\.\d+)?)ms)?")

# Google's RetryInfo stands in the body: "retryDelay": "17s", or "0.5s".
_RETRY_DELAY = re.compile(rb'"retryDelay"\s*:\s*"(\d+(?:\.\d+)?)s"')


def asked_wait_s(headers: Mapping[str, str], body: bytes) -> float | None:
    """Seconds to wait, or None where the endpoint does not say.

    The most exact form goes first: `retry-after-ms`, `Retry-After` in seconds (fractions too) or as an
    HTTP date, then RetryInfo in the body, then the moment at which a used-up rate is whole again.

    Args:
        headers: with names that are looked up whatever their case.
        body: as it came.
    """
    milliseconds = _seconds(headers.get("retry-after-ms", ""))
    if milliseconds is not None:
        return milliseconds / 1000
    told = headers.get("Retry-After", "").strip()
    wait_s = _seconds(told)
    if wait_s is None:
        wait_s = _seconds_until(told)
    if wait_s is None and (delay := _RETRY_DELAY.search(body)):
        wait_s = float(delay[1])
    return nothing_left_s(headers) if wait_s is None else wait_s


def nothing_left_s(headers: Mapping[str, str]) -> float | None:
    """Seconds until requests are let in again, where the headers say that none are left; else None.

    OpenAI and Groq: `x-ratelimit-remaining-requests: 0` with `x-ratelimit-reset-requests: 1m2.5s`, and `-tokens`.
    """
    waits = [
        wait_s
        for what in ("requests", "tokens")
        if headers.get(f"x-ratelimit-remaining-{what}", "").strip() == "0"
        and (wait_s := _duration_s(headers.get(f"x-ratelimit-reset-{what}", ""))) is not None
    ]
    return max(waits, default=None)


def _duration_s(text: str) -> float | None:
    """Seconds of "2m59.56s", "1h0m0s" or "200ms"."""
    parts = _DURATION.fullmatch(text.strip())
    if parts is None or not any(parts.groups()):
        return None
    hours, minutes, seconds, milliseconds = (float(part or 0) for part in parts.groups())
    return hours * 3600 + minutes * 60 + seconds + milliseconds / 1000


def _seconds(text: str) -> float | None:
    try:
        seconds = float(text)
    except ValueError:
        return None
    return max(seconds, 0.0) if math.isfinite(seconds) else None


def _seconds_until(text: str) -> float | None:
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, OverflowError):
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return max((moment - datetime.now(UTC)).total_seconds(), 0.0)
