"""Places: which model a typed name means, at which host, and by which id requests name it there.

Takes a name, perhaps a host, and the Catalog; gives a Place. Knows neither keys nor addresses.
"""

from dataclasses import dataclass

from harness.errors import UsageError
from harness.profiles import Catalog, Host, Offer, Profile
from harness.task import did_you_mean

NOWHERE = Host()
NO_OFFER = Offer()


@dataclass(frozen=True, slots=True)
class Place:
    """A model at a host.

    Attributes:
        model: the name of its entry; as typed where it has none.
        profile: its entry; where it has none, one that says nothing.
        id: as requests name it.
        host_name: None where no host is meant: only a base URL will say where it is.
        host: the host's entry; NOWHERE where no host is meant.
        offer: what is different about the model there.
    """

    model: str
    profile: Profile
    id: str
    host_name: str | None = None
    host: Host = NOWHERE
    offer: Offer = NO_OFFER


def find_place(typed: str, catalog: Catalog, host: str | None = None) -> Place:
    """Find what a typed name means.

    Args:
        typed: the name of an entry, an id that an entry or a host has for a model, or any other id.
        catalog: what is known.
        host: where to ask; the model's usual host where None.

    Raises:
        UsageError: the host is unknown, or the model is known, but not to be there.
    """
    name, is_id_at = _named(typed, catalog)
    profile = catalog.models.get(name) or Profile(id=typed)
    by_name = typed == name
    host = host or _usual_host(typed, profile, by_name=by_name)
    if host is None:
        return Place(name, profile, (profile.id or name) if by_name else typed)
    if host not in catalog.hosts:
        raise UsageError(f"unknown host {host!r}{did_you_mean(host, catalog.hosts)}; see `harness models`.")
    there = catalog.hosts[host]
    offer = profile.hosts.get(host)
    if offer is None and name in catalog.models and not there.is_the_users:
        raise UsageError(
            f"{name} is not known to be at {host} (known: {', '.join(profile.hosts) or 'nowhere'}); if it is, give "
            f"the id that {host} has for it as --model."
        )
    offer = offer or NO_OFFER
    return Place(
        name, profile, typed if is_id_at == host else offer.id or profile.id or name, host, there, offer
    )


def find_entry(typed: str, catalog: Catalog) -> tuple[str, Profile]:
    """The entry that a name or an id means, and its name.

    Raises:
        UsageError: there is none.
    """
    name, _ = _named(typed, catalog)
    if name not in catalog.models:
        raise UsageError(
            f"unknown model {typed!r}{did_you_mean(typed, catalog.models)}; see `harness models`."
        )
    return name, catalog.models[name]


def _named(typed: str, catalog: Catalog) -> tuple[str, str | None]:
    """The entry's name, and the host whose id for it was typed."""
    if typed not in catalog.models:
        for id_, name, host in catalog.ids():
            if id_ == typed:
                return name, host
    return typed, None


def _usual_host(typed: str, profile: Profile, *, by_name: bool) -> str | None:
    """The entry's own; but who types the id of open weights means the weights, wherever they are served."""
    usual = profile.host
    if usual is None or by_name:
        return usual
    sent_there = profile.hosts.get(usual, NO_OFFER).id or profile.id
    return usual if typed == sent_there else None
