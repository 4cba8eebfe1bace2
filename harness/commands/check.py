"""The command `check`."""

from json import dumps as to_json
from typing import Annotated

import typer

from harness.errors import EndpointError
from harness.options import ApiKeyEnv, BaseUrl, Host, LocalOnly, ModelName
from harness.terminal import console_of_progress


def check(
    model: ModelName,
    host: Host = None,
    base_url: BaseUrl = None,
    api_key_env: ApiKeyEnv = None,
    timeout: Annotated[float, typer.Option(help="Seconds that all requests together may take.")] = 7.5,
    local_only: LocalOnly = False,
    json: Annotated[bool, typer.Option("--json", help="Print a document instead of tables.")] = False,
) -> None:
    """See by a dozen short requests what an endpoint can do, and which protocols will work there.

    Example: harness check --model llama3-70b --base-url http://127.0.0.1:8000/v1
    """
    from harness.check_table import print_check
    from harness.checking import check as check_
    from harness.progress import progress_on

    done = check_(
        model,
        host=host,
        base_url=base_url,
        api_key_env=api_key_env,
        timeout_s=timeout,
        local_only=local_only,
        observer=progress_on(console_of_progress()),
    )
    if json:
        print(to_json(done.document(), indent=2, ensure_ascii=False))
    elif done.findings.refusal is None:
        print_check(done)
    if done.trouble is not None:
        raise EndpointError(done.trouble)
