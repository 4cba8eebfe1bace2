"""Profiles: what is known of models and of the hosts that serve them, as models.yaml and the user's files have it.

Takes those files; gives a Catalog. Knows neither keys nor addresses in use, and opens no connection.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, Self, TypeVar
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from harness.endpoint.weights import PackagedWeights
from harness.errors import UsageError
from harness.prices import Prices
from harness.task import did_you_mean
from harness.tokens import EncodingName
from harness.yaml_file import read_yaml

PROFILES_FILE = Path(__file__).with_name("models.yaml")
_USERS_FILE = "models.yaml"
_SECRET = re.compile(
    r"key|token|.*(apikey|accesskey|accesstoken|authtoken|secret|password|authorization|credentials?)"
)


class _Record(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    def changed_by(self, other: Self) -> Self:
        """This entry, with what another one of the same name says put in its place."""
        said = {name: getattr(other, name) for name in other.model_fields_set}
        return self.model_copy(update=said)


def _without_secrets(extra: dict[str, Any]) -> dict[str, Any]:
    """Fields of requests stand in the score file, so none may be a key."""
    for name, value in extra.items():
        if _SECRET.fullmatch(re.sub(r"[^a-z]", "", name.lower())):
            raise ValueError(
                f"{name!r} looks like a secret, and these fields are written to files; put the key into an "
                "environment variable, and name that as the host's key_env or with --api-key-env"
            )
        for each in value if isinstance(value, list) else [value]:
            if isinstance(each, dict):
                _without_secrets(each)
    return extra


Extra = Annotated[dict[str, Any], AfterValidator(_without_secrets)]
Entry = TypeVar("Entry", bound=_Record)


class Offer(_Record):
    """A model at one host, where that differs from what its profile or the host's entry says."""

    id: str | None = None
    prices: Prices | None = None
    reasons: bool = True
    max_tokens_field: str | None = None
    omit: frozenset[str] = frozenset()
    extra: Extra = {}


class Host(_Record):
    """Where models are served; the head of models.yaml says what each field is."""

    about: str = ""
    base_url: str | None = None
    base_url_env: str | None = None
    key_env: str | None = None
    api_version_env: str | None = None
    account: bool = False
    candidates: Annotated[int, Field(gt=0)] | None = None
    omit: frozenset[str] = frozenset()
    extra: Extra = {}

    @property
    def is_the_users(self) -> bool:
        """Whether it is a kind of server that users run themselves, with whatever model they like."""
        return self.key_env is None


class Profile(_Record):
    """What is known of a model; the head of models.yaml says what each field is."""

    id: str | None = None
    about: str = ""
    licence: str | None = None
    context: Annotated[int, Field(gt=0)] | None = None
    output: Annotated[int, Field(gt=0)] | None = None
    images: bool | None = None
    reasoning: str | None = None
    protocol: str | None = None
    reasoning_tokens: tuple[int, int] | None = None
    reasons_in_text: bool = False
    encoding: EncodingName | None = None
    max_tokens: Annotated[int, Field(gt=0)] | None = None
    max_tokens_field: str = "max_tokens"
    omit: frozenset[str] = frozenset()
    extra: Extra = {}
    host: str | None = None
    hosts: dict[str, Offer] = {}
    weights: PackagedWeights | None = None

    def changed_by(self, other: Self) -> Self:
        """As every entry; what is said of one host leaves the other hosts as they are."""
        return super().changed_by(other).model_copy(update={"hosts": _merged(self.hosts, other.hosts)})


class _ProfilesFile(_Record):
    hosts: dict[str, Host] = {}
    models: dict[str, Profile] = {}


@dataclass(frozen=True, slots=True)
class Catalog:
    """All that is known.

    Attributes:
        models: name to profile.
        hosts: name to host.
        changed: model or host to the user's files that have a say in it, the one with the last word last.
    """

    models: Mapping[str, Profile]
    hosts: Mapping[str, Host]
    changed: Mapping[str, tuple[Path, ...]] = field(default_factory=dict)

    def files_that_changed(self, *names: str | None) -> tuple[Path, ...]:
        """The user's files that have a say in these entries."""
        return tuple(dict.fromkeys(path for name in names if name for path in self.changed.get(name, ())))

    def ids(self) -> Iterator[tuple[str, str, str | None]]:
        """Every id that requests name a model by: the id, the model's name, the host whose id it is."""
        for name, profile in self.models.items():
            if profile.id:
                yield profile.id, name, None
        for name, profile in self.models.items():
            yield from ((offer.id, name, host) for host, offer in profile.hosts.items() if offer.id)


def load_catalog(environment: Mapping[str, str]) -> Catalog:
    """Ours, then ~/.config/harness/models.yaml, then ./models.yaml: each adds to those before it, field by field.

    Raises:
        UsageError: a file is damaged; naming its line and field.
    """
    catalog = our_catalog()
    for path in user_files(environment):
        if path.is_file() and not path.samefile(PROFILES_FILE):
            theirs = _read(path)
            _check_hosts(path, theirs, catalog)
            said = {name: (*catalog.changed.get(name, ()), path) for name in (*theirs.models, *theirs.hosts)}
            catalog = Catalog(
                models=_merged(catalog.models, theirs.models),
                hosts=_merged(catalog.hosts, theirs.hosts),
                changed={**catalog.changed, **said},
            )
    return catalog


def our_catalog() -> Catalog:
    """What the package knows, without the user's files."""
    return _read(PROFILES_FILE)


def _check_hosts(path: Path, theirs: Catalog, known: Catalog) -> None:
    """A host that is misspelt would be a host without an address, and its prices nobody's."""
    hosts = {**known.hosts, **theirs.hosts}
    for model, profile in theirs.models.items():
        for host in (*profile.hosts, *filter(None, [profile.host])):
            if host not in hosts:
                raise UsageError(
                    f"{path}, model {model!r}: unknown host {host!r}{did_you_mean(host, hosts)}; hosts are named "
                    "under `hosts:`, there or in ours."
                )
    for host, entry in theirs.hosts.items():
        url = urlsplit(entry.base_url or "http://unset")
        if url.scheme not in ("http", "https") or not url.hostname or url.username or url.query:
            raise UsageError(
                f"{path}, host {host!r}: base_url should look like https://host.example/v1, with no user, password or "
                "query; the key belongs into an environment variable that key_env names."
            )


def user_files(environment: Mapping[str, str]) -> tuple[Path, ...]:
    """Where users put entries of their own: for all their work, and for one folder's."""
    home = environment.get("HOME") or environment.get("USERPROFILE")
    settings = environment.get("XDG_CONFIG_HOME") or (home and f"{home}/.config")
    own = Path(_USERS_FILE)
    return (Path(settings, "harness", _USERS_FILE), own) if settings else (own,)


def _read(path: Path) -> Catalog:
    file = read_yaml(path, _ProfilesFile)
    return Catalog(file.models, file.hosts)


def _merged(ours: Mapping[str, Entry], theirs: Mapping[str, Entry]) -> dict[str, Entry]:
    known = {name: ours[name].changed_by(entry) for name, entry in theirs.items() if name in ours}
    return {**ours, **theirs, **known}
