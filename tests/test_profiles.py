"""Profiles: our own file holds together, and the user's files add to it field by field."""

import json
import re
from pathlib import Path

import pytest

from harness.errors import UsageError
from harness.profiles import load_catalog

OURS = load_catalog({})


@pytest.fixture
def files(tmp_path, monkeypatch):
    """Write the user's two files, and load them."""
    (tmp_path / "config/harness").mkdir(parents=True)
    monkeypatch.chdir(tmp_path)

    def load(home="", here="", **environment):
        for path, text in ((tmp_path / "config/harness/models.yaml", home), (tmp_path / "models.yaml", here)):
            if text:
                path.write_text(text)
        return load_catalog(environment or {"XDG_CONFIG_HOME": str(tmp_path / "config")})

    return load


def test_the_names_that_users_type_are_there():
    names = """gpt-4o gpt-4o-mini o3 gemini-3-pro gemini-2.5-flash-lite deepseek-r1 llama3-70b llama3.1-405b
        llama4-scout llama4-maverick qwen2.5-72b qwen3-32b qwen-plus smollm2-135m"""
    assert set(names.split()) <= set(OURS.models)


@pytest.mark.parametrize("name", OURS.models)
def test_an_entry_of_ours_holds_together(name):
    profile = OURS.models[name]
    assert set(profile.hosts) | {profile.host} - {None} <= set(OURS.hosts)
    assert profile.host is None or profile.host in profile.hosts
    assert profile.hosts or profile.weights
    assert profile.context
    assert (profile.max_tokens or 0) <= (profile.output or profile.context)
    for offer in profile.hosts.values():
        if offer.prices:
            assert re.fullmatch(r"20\d\d-\d\d", offer.prices.as_of)
            assert 0 < offer.prices.cached_input <= offer.prices.input <= offer.prices.output


@pytest.mark.parametrize("name", OURS.hosts)
def test_a_host_of_ours_has_an_address_and_a_key_or_is_on_this_machine(name):
    host = OURS.hosts[name]
    assert host.about
    assert host.base_url or host.base_url_env
    assert bool(host.key_env) != bool(re.match(r"http://127\.0\.0\.1:\d+/v1$", host.base_url or ""))


def test_no_id_means_two_models():
    of_id = {}
    for id_, name, _ in OURS.ids():
        assert of_id.setdefault(id_, name) == name


def test_a_users_entry_is_added(files):
    catalog = files(
        home="models: {mine: {hosts: {lab: {}}}}\nhosts: {lab: {base_url: https://lab.example/v1}}"
    )
    assert catalog.models["mine"].hosts.keys() == {"lab"}
    assert catalog.hosts["lab"].base_url == "https://lab.example/v1"
    assert set(OURS.models) < set(catalog.models)


def test_a_users_entry_changes_only_what_it_says(files):
    catalog = files(here="models: {gpt-4o: {max_tokens: 100, hosts: {groq: {id: four-o}}}}")
    changed, ours = catalog.models["gpt-4o"], OURS.models["gpt-4o"]
    assert (changed.max_tokens, changed.context, changed.host) == (100, ours.context, "openai")
    assert changed.hosts == {**ours.hosts, "groq": changed.hosts["groq"]}
    assert catalog.models["o3"] == OURS.models["o3"]


def test_a_price_can_be_changed_by_itself(files):
    text = "{input: 1.0, cached_input: 0.5, output: 2.0, as_of: 2026-12, source: our contract}"
    offer = (
        files(here=f"models: {{o3: {{hosts: {{openai: {{prices: {text}}}}}}}}}").models["o3"].hosts["openai"]
    )
    assert offer.prices is not None
    assert (offer.prices.output, offer.prices.source) == (2.0, "our contract")


def test_the_file_of_the_folder_goes_before_that_of_the_user(files):
    catalog = files(home="models: {o3: {max_tokens: 1, about: home}}", here="models: {o3: {max_tokens: 2}}")
    assert (catalog.models["o3"].max_tokens, catalog.models["o3"].about) == (2, "home")


def test_the_home_folder_has_the_users_file_where_nothing_else_is_said(files, tmp_path):
    (tmp_path / ".config/harness").mkdir(parents=True)
    (tmp_path / ".config/harness/models.yaml").write_text("models: {mine: {id: x}}")
    assert "mine" in files(HOME=str(tmp_path)).models


def test_every_file_that_has_a_say_is_known_in_the_order_of_reading(files, tmp_path):
    catalog = files(home="models: {o3: {about: x}, mine: {id: y}}", here="models: {o3: {about: z}}")
    of_the_user, of_the_folder = tmp_path / "config/harness/models.yaml", Path("models.yaml")
    assert catalog.changed == {"o3": (of_the_user, of_the_folder), "mine": (of_the_user,)}


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("models:\n  o3:\n    max_tokens: many", "models.yaml, line 3, field models.o3.max_tokens"),
        ("models:\n  o3:\n    speed: 1", "models.yaml, line 3, field models.o3.speed"),
        ("- 1", "models.yaml, line 1"),
    ],
)
def test_a_mistake_is_told_with_its_place(files, text, place):
    with pytest.raises(UsageError, match=re.escape(place)):
        files(here=text)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "models: {gpt-4o: {hosts: {opnai: {id: x}}}}",
            "model 'gpt-4o': unknown host 'opnai' (did you mean openai?)",
        ),
        ("models: {mine: {host: lib}}", "model 'mine': unknown host 'lib'"),
        ("hosts: {lab: {base_url: nonsense}}", "host 'lab': base_url should look like"),
        ("hosts: {lab: {base_url: https://me:secret@lab/v1}}", "host 'lab': base_url should look like"),
    ],
)
def test_an_entry_that_leads_nowhere_is_refused_without_showing_a_password(files, text, said):
    with pytest.raises(UsageError, match=re.escape(said)) as caught:
        files(here=text)
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    "name", ["api_key", "X-API-Key", "authorization", "access_token", "key", "client_secret"]
)
@pytest.mark.parametrize("nested", [False, True], ids=["itself", "within another field"])
def test_a_secret_among_the_fields_of_requests_is_refused_without_being_shown(files, name, nested):
    fields = f"{{options: [{{{name}: hunter2}}]}}" if nested else f"{{{name}: hunter2}}"
    with pytest.raises(
        UsageError, match=f"models.mine.extra.*{name!r} looks like a secret.*key_env"
    ) as caught:
        files(here=f"models:\n  mine:\n    extra: {fields}")
    assert "hunter2" not in str(caught.value)


def test_fields_that_are_named_after_tokens_and_keys_are_no_secrets(files):
    fields = {
        "max_tokens": 5,
        "min_tokens": 1,
        "top_k": 3,
        "stop_token_ids": [1],
        "prompt_cache_key": "mmlu",
        "logit_bias": {"7": 1},
    }
    assert files(here=json.dumps({"models": {"mine": {"extra": fields}}})).models["mine"].extra == fields
