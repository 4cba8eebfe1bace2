"""Models: what is known of each by name, and where a run will find the one it asks for.

Takes a name, perhaps a base URL, and the environment; gives a Model. Opens no connection.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field

from harness.endpoint.weights import PackagedWeights
from harness.errors import UsageError
from harness.task import did_you_mean
from harness.yaml_file import read_yaml

PROFILES_FILE = Path(__file__).parent / "models.yaml"


class _Record(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Prices(_Record):
    """US dollars for a million tokens."""

    input: float
    cached_input: float
    output: float
    as_of: str
    source: str


class Profile(_Record):
    """What is known of a model: an entry of models.yaml, whose head says what each field is."""

    id: str
    about: str = ""
    licence: str | None = None
    base_url: str | None = None
    base_url_env: str | None = None
    key_env: str | None = None
    protocol: str | None = None
    max_tokens: Annotated[int, Field(gt=0)] | None = None
    max_tokens_field: str = "max_tokens"
    omit: frozenset[str] = frozenset()
    prices: Prices | None = None
    weights: PackagedWeights | None = None


class _ProfilesFile(_Record):
    models: dict[str, Profile]


@dataclass(frozen=True, slots=True)
class Model:
    """The model of a run, found.

    Attributes:
        name: as typed.
        base_url: where it is served; None where the harness serves it itself.
        weights: the file, or the package that holds it, of a model that the harness serves itself.
        api_key: sent as a bearer token; None: no key is sent.
    """

    name: str
    profile: Profile
    base_url: str | None
    weights: Path | PackagedWeights | None
    api_key: str | None = field(default=None, repr=False)

    @property
    def where(self) -> str:
        """Where requests go, for people and for run.json; holds no credentials."""
        return self.base_url or "embedded"


def profiles() -> dict[str, Profile]:
    """All entries of models.yaml."""
    return read_yaml(PROFILES_FILE, _ProfilesFile).models


def find_model(
    name: str, environment: Mapping[str, str], *, base_url: str | None = None, api_key_env: str | None = None
) -> Model:
    """Find a model by its name in models.yaml, by the path of a GGUF file, or at a base URL.

    Raises:
        UsageError: the model is unknown and no base URL says where it is, the URL is none, or the key
            that it needs is not set.
    """
    if not name.strip():
        raise UsageError("--model is empty; see `python -m harness models` for names.")
    known = profiles()
    profile = known.get(name) or Profile(id=name)
    if base_url is None and name.endswith(".gguf"):
        return Model(name, profile, None, Path(name))
    if base_url is None and profile.weights is not None:
        return Model(name, profile, None, profile.weights)
    url = base_url or environment.get(profile.base_url_env or "") or profile.base_url
    key_name = profile.key_env
    if url is None:
        url = environment.get("OPENAI_BASE_URL") or None
        key_name = key_name or "OPENAI_API_KEY"
    if url is None:
        raise UsageError(_no_address(name, known))
    url = _checked(url)
    if api_key_env is not None:
        return Model(name, profile, url, None, _key_that_the_user_names(api_key_env, environment))
    key = _key(name, key_name, environment, required=_needs_key(profile, url))
    if key and url.startswith("http:") and not is_loopback(url):
        raise UsageError(
            f"{key_name} would go over plain http to another machine: use https, or, if that is meant, name it with "
            f"--api-key-env {key_name}."
        )
    return Model(name, profile, url, None, key)


def _no_address(name: str, known: Mapping[str, Profile]) -> str:
    example = "--base-url http://127.0.0.1:8000/v1"
    if name in known:
        return (
            f"{name} has open weights and no address of its own: serve it with vLLM "
            f"(vllm serve {known[name].id}), Ollama or llama.cpp, or use a host, and say where it is, "
            f"for example {example}."
        )
    return (
        f"unknown model {name!r}{did_you_mean(name, known)}: see `python -m harness models`, or say where it "
        f"is served, for example {example}."
    )


def _checked(url: str) -> str:
    """The URL without a slash at its end; errors do not quote it, since it may hold a key."""
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        raise UsageError(
            "the base URL has a malformed host or port; it should look like http://127.0.0.1:8000/v1."
        ) from None  # its message quotes parts of the URL
    if parts.scheme not in ("http", "https") or not host:
        raise UsageError(
            "the base URL should begin with http:// or https://, as in http://127.0.0.1:8000/v1."
        )
    if "@" in parts.netloc or "?" in url or "#" in url:
        raise UsageError(
            "the base URL should hold no user, password or query: put the key into an environment variable and "
            "name that with --api-key-env."
        )
    return url.rstrip("/")


def is_loopback(url: str) -> bool:
    """Whether the URL names this machine."""
    host = urlsplit(url).hostname or ""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _needs_key(profile: Profile, url: str) -> bool:
    return profile.key_env is not None and not is_loopback(url)


def _key(name: str, variable: str | None, environment: Mapping[str, str], *, required: bool) -> str | None:
    key = environment.get(variable or "", "").strip()
    if required and not key:
        raise UsageError(
            f"{name} needs a key: set the environment variable {variable}, or name another with --api-key-env."
        )
    return _sendable(key) or None


def _key_that_the_user_names(variable: str, environment: Mapping[str, str]) -> str:
    """Errors do not quote the name, since it may be a key, pasted where its variable's name belongs."""
    key = environment.get(variable, "").strip()
    if not key:
        raise UsageError(
            "--api-key-env names no environment variable that is set; give the variable's name, not the key."
        )
    return _sendable(key)


def _sendable(key: str) -> str:
    if not (key.isascii() and key.isprintable()):
        raise UsageError(
            "the API key holds characters that no key has (a line break?); set its variable anew."
        )
    return key
