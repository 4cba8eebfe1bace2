"""Models: where a run finds the one it asks for, with which key, and what its requests carry.

Takes a name, perhaps a host or a base URL, and the environment; gives a Model. Opens no connection.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from harness.endpoint import hub_weights
from harness.endpoint.addresses import is_loopback, why_not_private
from harness.endpoint.gguf_files import parts
from harness.endpoint.weights import PackagedWeights
from harness.errors import UsageError
from harness.keys import key_of, key_that_the_user_names
from harness.places import Place, find_place
from harness.prices import Prices
from harness.profiles import Catalog, Host, Profile, load_catalog
from harness.task import did_you_mean

_EXAMPLE = "--base-url http://127.0.0.1:8000/v1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """The model of a run, found.

    Attributes:
        name: as typed.
        id: as requests name it.
        host: its entry's name, whose rules hold; None where no host is meant.
        base_url: where it is served; None where the harness serves it itself.
        weights: the file, or the package or repository that holds it, of a model that the harness serves itself.
        api_key: None: no key is sent.
        api_version: of Azure's interface; None elsewhere.
        candidates: logprobs that the host gives for a token at most; None: unknown.
        reasons_in_text: see EndpointSettings.
        account: whether OPENAI_ORG_ID and OPENAI_PROJECT_ID are meant for this host.
        max_tokens_field, omit, extra: what requests carry, by the entries of the model and of its host.
        prices: of its tokens there; None where they are not known.
        reasoning_tokens: what its reasoning usually takes, from and to; None where it does not reason there.
        changed_by: the user's own files that have a say in all this.
    """

    name: str
    profile: Profile
    id: str
    host: str | None = None
    base_url: str | None = None
    weights: Path | PackagedWeights | hub_weights.HubWeights | None = None
    api_key: str | None = field(default=None, repr=False)
    api_version: str | None = None
    account: bool = False
    candidates: int | None = None
    reasons_in_text: bool = False
    max_tokens_field: str = "max_tokens"
    omit: frozenset[str] = frozenset()
    extra: Mapping[str, Any] = field(default_factory=dict)
    prices: Prices | None = None
    reasoning_tokens: tuple[int, int] | None = None
    changed_by: tuple[Path, ...] = ()

    @property
    def where(self) -> str:
        """Where requests go, for people and for run.json; holds no credentials."""
        return self.base_url or "embedded"


_LONG_KEY = 8  # characters: a shorter one may be a word of the name


def find_model(
    name: str,
    environment: Mapping[str, str],
    *,
    host: str | None = None,
    base_url: str | None = None,
    api_key_env: str | None = None,
    local_only: bool = False,
) -> Model:
    """Find a model by its name or an id in models.yaml, by a GGUF file, or at a host or base URL.

    Args:
        name: as typed; a GGUF file's path, or hf:OWNER/REPO[:FILE.gguf] for one on the Hugging Face hub.
        environment: where keys and addresses are looked up.
        host: an entry of models.yaml's hosts; the model's usual one where None.
        base_url: goes before the host's address; the entries of model and host stay in force.
        api_key_env: goes before the host's variable.
        local_only: refuse an address beyond this machine and private networks.

    Raises:
        UsageError: the model, its file or the host is unknown, nothing says where it is, the URL is none or not
            private, or the key that it needs is not set.
    """
    catalog = load_catalog(environment)
    model, place = _known(name, catalog, host, base_url)
    if isinstance(model.weights, Path):
        _refuse_missing(model.weights)
    if model.weights is not None:
        return model
    url, key_name = _address(place, catalog, environment, base_url)
    if local_only and (why := why_not_private(url)):
        raise UsageError(
            f"--local-only forbids to ask {url}: {why}; give an endpoint of this machine or of a private network."
        )
    key = _key(name, url, place.host, key_name, api_key_env, environment)
    for option, value in (("--model", name), ("the base URL", urlsplit(url).path)):
        if key and len(key) >= _LONG_KEY and key in value:
            raise UsageError(
                f"{option} holds the API key, and stands in the score file: give the key in its variable alone."
            )
    return replace(
        model,
        base_url=url,
        api_key=key,
        api_version=_api_version(url, place.host, environment),
    )


def find_unasked(
    name: str, environment: Mapping[str, str], *, host: str | None = None, base_url: str | None = None
) -> Model:
    """The same for a model that nothing will be sent to: it needs no key, and has no address.

    Raises:
        UsageError: the model or host is unknown.
    """
    catalog = load_catalog(environment)
    model, place = _known(name, catalog, host, base_url)
    somewhere = host or base_url or environment.get("OPENAI_BASE_URL") or model.weights
    if not somewhere and place.model not in catalog.models:
        raise UsageError(_no_address(place, catalog))
    return model


def _known(name: str, catalog: Catalog, host: str | None, base_url: str | None) -> tuple[Model, Place]:
    """What the files say of it; without address and key."""
    if not name.strip():
        raise UsageError("--model is empty; see `python -m harness models` for names.")
    if name.startswith(hub_weights.PREFIX):
        if host is not None or base_url is not None:
            raise UsageError(
                f"{name} is fetched and served on this machine: leave out --host and --base-url, or give --model the "
                "name that the model has there."
            )
        profile, weights = Profile(id=name), hub_weights.read_name(name)
        return Model(name=name, profile=profile, id=name, weights=weights), Place(name, profile, name)
    if host is None and base_url is None and name.endswith(".gguf"):
        profile = Profile(id=name)
        return Model(name=name, profile=profile, id=name, weights=Path(name)), Place(name, profile, name)
    place = find_place(name, catalog, host)
    profile, offer, there = place.profile, place.offer, place.host
    if host is None and base_url is None and profile.weights is not None:
        model = Model(
            name=name,
            profile=profile,
            id=place.id,
            weights=profile.weights,
            reasoning_tokens=profile.reasoning_tokens,
        )
        return model, place
    model = Model(
        name=name,
        profile=profile,
        id=place.id,
        host=place.host_name,
        account=there.account,
        candidates=there.candidates,
        reasons_in_text=profile.reasons_in_text and offer.reasons,
        max_tokens_field=offer.max_tokens_field or profile.max_tokens_field,
        omit=profile.omit | there.omit | offer.omit,
        extra={**profile.extra, **there.extra, **offer.extra},
        prices=offer.prices,
        reasoning_tokens=profile.reasoning_tokens if offer.reasons else None,
        changed_by=catalog.files_that_changed(place.model, place.host_name),
    )
    return model, place


def _refuse_missing(weights: Path) -> None:
    """At once: who waited for a dataset of the hub first would wait in vain."""
    for name in parts(weights.name):
        if not weights.with_name(name).is_file():
            raise UsageError(f"the weights {weights.with_name(name)} do not exist.")


def _address(
    place: Place, catalog: Catalog, environment: Mapping[str, str], base_url: str | None
) -> tuple[str, str | None]:
    """The URL, and the variable that holds the key for it."""
    there = place.host
    url = base_url or environment.get(there.base_url_env or "") or there.base_url
    if url is not None:
        return _checked(url), there.key_env
    if place.host_name is not None:
        raise UsageError(f"{place.host_name} needs an address: set {there.base_url_env}, or give --base-url.")
    url = environment.get("OPENAI_BASE_URL")
    if url:
        return _checked(url), "OPENAI_API_KEY"
    raise UsageError(_no_address(place, catalog))


def _no_address(place: Place, catalog: Catalog) -> str:
    if place.model in catalog.models:
        return (
            f"{place.model} has open weights: name a host (--host {' or '.join(place.profile.hosts)}), or serve it "
            f"yourself, with vLLM (vllm serve {place.profile.id}), Ollama or llama.cpp, and say where it is, for "
            f"example {_EXAMPLE}."
        )
    return (
        f"unknown model {place.model!r}{did_you_mean(place.model, catalog.models)}: see `python -m harness models`, or "
        f"say where it is served, for example {_EXAMPLE}."
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


def _key(
    name: str,
    url: str,
    there: Host,
    variable: str | None,
    api_key_env: str | None,
    environment: Mapping[str, str],
) -> str | None:
    if api_key_env is not None:
        return key_that_the_user_names(api_key_env, environment)
    key = key_of(variable, environment)
    if key is None and there.key_env is not None and not is_loopback(url):
        raise UsageError(
            f"{name} needs a key: set the environment variable {variable}, or name another with --api-key-env."
        )
    if key and urlsplit(url).scheme == "http" and not is_loopback(url):
        raise UsageError(
            f"{variable} would go over plain http to another machine: use https, or, if that is meant, name it with "
            f"--api-key-env {variable}."
        )
    return key


def _api_version(url: str, there: Host, environment: Mapping[str, str]) -> str | None:
    if there.api_version_env is None or urlsplit(url).path.endswith("/v1"):
        return None
    version = environment.get(there.api_version_env) or None
    if version is None and not urlsplit(url).path:
        raise UsageError(
            f"set {there.api_version_env}, or let the address end in /openai/v1, which takes no version."
        )
    return version
