"""Places: which model a typed name means, where, and under which id."""

import pytest

from harness.errors import UsageError
from harness.places import find_entry, find_place
from harness.profiles import Catalog, Host, Offer, Profile, load_catalog

CATALOG = Catalog(
    models={
        "closed": Profile(
            id="closed-1", host="maker", hosts={"maker": Offer(), "reseller": Offer(id="maker/closed")}
        ),
        "open": Profile(id="org/Open", hosts={"cloud": Offer(id="cloud-open"), "mine": Offer(id="open:7b")}),
        "both": Profile(id="org/Both", host="maker", hosts={"maker": Offer(id="both-api")}),
    },
    hosts={
        "maker": Host(key_env="K"),
        "reseller": Host(key_env="K"),
        "cloud": Host(key_env="K"),
        "mine": Host(),
        "bare": Host(),
    },
)


@pytest.mark.parametrize(
    ("typed", "host", "model", "id_", "where"),
    [
        ("closed", None, "closed", "closed-1", "maker"),
        ("closed-1", None, "closed", "closed-1", "maker"),
        ("closed", "reseller", "closed", "maker/closed", "reseller"),
        ("closed-1", "reseller", "closed", "maker/closed", "reseller"),
        ("maker/closed", "reseller", "closed", "maker/closed", "reseller"),
        ("maker/closed", None, "closed", "maker/closed", None),
        ("maker/closed", "maker", "closed", "closed-1", "maker"),
        ("open", None, "open", "org/Open", None),
        ("org/Open", None, "open", "org/Open", None),
        ("open", "cloud", "open", "cloud-open", "cloud"),
        ("org/Open", "cloud", "open", "cloud-open", "cloud"),
        ("open:7b", "mine", "open", "open:7b", "mine"),
        ("open:7b", "cloud", "open", "cloud-open", "cloud"),
        ("open", "bare", "open", "org/Open", "bare"),
        ("both", None, "both", "both-api", "maker"),
        ("both-api", None, "both", "both-api", "maker"),
        ("org/Both", None, "both", "org/Both", None),
        ("never-heard-of", None, "never-heard-of", "never-heard-of", None),
        ("never-heard-of", "cloud", "never-heard-of", "never-heard-of", "cloud"),
    ],
)
def test_what_a_name_means(typed, host, model, id_, where):
    place = find_place(typed, CATALOG, host)
    assert (place.model, place.id, place.host_name) == (model, id_, where)


def test_an_unknown_host_is_refused_with_the_nearest_names():
    with pytest.raises(
        UsageError, match=r"unknown host 'clod' \(did you mean cloud\?\); see `harness models`"
    ):
        find_place("open", CATALOG, "clod")


def test_a_model_that_is_not_known_to_be_at_a_host_is_refused_with_those_where_it_is():
    with pytest.raises(UsageError, match=r"open is not known to be at maker \(known: cloud, mine\)"):
        find_place("open", CATALOG, "maker")


def test_an_entry_is_found_by_name_and_by_every_id():
    for typed in ("open", "org/Open", "cloud-open", "open:7b"):
        assert find_entry(typed, CATALOG)[0] == "open"
    with pytest.raises(UsageError, match=r"unknown model 'opem' \(did you mean open\?\)"):
        find_entry("opem", CATALOG)


@pytest.mark.parametrize("id_", ["deepseek-reasoner", "gemini-3.1-pro-preview", "gpt-4o"])
def test_ids_of_hosted_models_need_no_host(id_):
    assert find_place(id_, load_catalog({})).host_name is not None
