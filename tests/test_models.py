"""Models: found by name, file or URL, without ever showing a key."""

from pathlib import Path

import pytest

from harness.endpoint.weights import PackagedWeights
from harness.errors import UsageError
from harness.models import find_model

SECRET = "sk-verysecret1234567890"
LOCAL = "http://127.0.0.1:8000/v1"


def test_an_embedded_model_needs_no_address_and_no_key():
    model = find_model("smollm2-135m", {"OPENAI_BASE_URL": LOCAL, "OPENAI_API_KEY": SECRET})
    assert isinstance(model.weights, PackagedWeights)
    assert (model.base_url, model.api_key, model.where) == (None, None, "embedded")


def test_a_gguf_file_is_served_by_ourselves(tmp_path):
    file = tmp_path / "model.gguf"
    file.touch()
    model = find_model(str(file), {})
    assert (model.weights, model.profile.id) == (file, str(file))


def test_a_base_url_goes_before_our_own_serving():
    assert find_model("smollm2-135m", {}, base_url=LOCAL).weights is None
    assert find_model("model.gguf", {}, base_url=LOCAL).weights is None


@pytest.mark.parametrize(
    ("name", "environment", "base_url", "expected"),
    [
        ("gpt-4o", {}, None, "https://api.openai.com/v1"),
        ("gpt-4o", {"OPENAI_BASE_URL": "http://localhost:1/v1"}, None, "http://localhost:1/v1"),
        ("gpt-4o", {"OPENAI_BASE_URL": "http://localhost:1/v1"}, LOCAL, LOCAL),
        ("gpt-4o", {"OPENAI_BASE_URL": ""}, None, "https://api.openai.com/v1"),
        ("llama3-70b", {"OPENAI_BASE_URL": "http://localhost:1/v1"}, None, "http://localhost:1/v1"),
        ("llama3-70b", {"OPENAI_BASE_URL": "http://localhost:1/v1"}, LOCAL, LOCAL),
        ("anything", {"OPENAI_BASE_URL": "http://localhost:1/v1"}, None, "http://localhost:1/v1"),
        ("anything", {}, LOCAL + "/", LOCAL),
    ],
)
def test_where_a_model_is_served(name, environment, base_url, expected):
    model = find_model(name, {"OPENAI_API_KEY": "key", **environment}, base_url=base_url)
    assert model.base_url == model.where == expected


@pytest.mark.parametrize(
    ("name", "options", "expected"),
    [
        ("gpt-4o", {}, SECRET),
        ("gpt-4o", {"base_url": LOCAL}, SECRET),
        ("gpt-4o", {"api_key_env": "OTHER_KEY"}, "other"),
        ("llama3-70b", {"base_url": LOCAL}, None),
        ("anything", {"base_url": "https://host.example/v1"}, None),
        ("anything", {"base_url": LOCAL, "api_key_env": "OTHER_KEY"}, "other"),
        ("anything", {"base_url": LOCAL, "api_key_env": "lower_case_key"}, "lower"),
    ],
)
def test_which_key_is_sent(name, options, expected):
    environment = {"OPENAI_API_KEY": f"{SECRET}\n", "OTHER_KEY": "other", "lower_case_key": "lower"}
    assert find_model(name, environment, **options).api_key == expected


def test_the_openai_key_goes_with_the_openai_base_url():
    model = find_model("anything", {"OPENAI_BASE_URL": LOCAL, "OPENAI_API_KEY": SECRET})
    assert model.api_key == SECRET


KEYS = {"OPENAI_API_KEY": SECRET, "GROQ_API_KEY": "gsk-0123456789", "GEMINI_API_KEY": "gemini-0123456789"}


def test_a_host_gives_the_address_the_key_the_id_and_the_price():
    model = find_model("llama3-70b", KEYS, host="fireworks", api_key_env="GROQ_API_KEY")
    assert (model.base_url, model.id) == (
        "https://api.fireworks.ai/inference/v1",
        "accounts/fireworks/models/llama-v3-70b-instruct",
    )
    assert model.prices is not None
    assert model.prices.output == 0.90
    assert find_model("llama3-70b", KEYS, host="groq").api_key == "gsk-0123456789"


def test_a_base_url_leaves_the_entries_of_model_and_host_in_force():
    model = find_model("o3", KEYS, base_url=LOCAL)
    assert (model.base_url, model.id, model.max_tokens_field) == (LOCAL, "o3", "max_completion_tokens")
    assert {"temperature", "logprobs"} <= model.omit
    assert model.extra == {"store": False}
    groq = find_model("llama3-70b", KEYS, host="groq", base_url=LOCAL)
    assert (groq.base_url, groq.id, groq.api_key) == (LOCAL, "llama3-70b-8192", "gsk-0123456789")
    assert "logprobs" in groq.omit


def test_what_model_and_host_reject_is_left_out():
    assert {"seed", "logprobs"} <= find_model("gemini-3-pro", KEYS).omit
    assert find_model("qwen3-32b", KEYS, host="vllm").extra == {}
    assert find_model("qwen3-32b", KEYS, host="dashscope", base_url=LOCAL).extra == {"enable_thinking": False}


def test_any_id_can_be_asked_of_any_host():
    model = find_model("a-new-model", KEYS, host="groq")
    assert (model.id, model.base_url) == ("a-new-model", "https://api.groq.com/openai/v1")


def test_a_server_of_the_users_own_is_at_its_usual_address():
    model = find_model("llama3-70b", {}, host="ollama")
    assert (model.base_url, model.id, model.api_key) == ("http://127.0.0.1:11434/v1", "llama3:70b", None)
    assert find_model("llama3-70b", {}, host="vllm").id == "meta-llama/Meta-Llama-3-70B-Instruct"


def test_a_host_goes_before_our_own_serving():
    assert find_model("smollm2-135m", {}, host="llama.cpp").weights is None


AZURE = {"AZURE_OPENAI_API_KEY": "azure-0123456789", "AZURE_OPENAI_ENDPOINT": "https://r.openai.azure.com/"}


def test_azure_is_told_by_its_variables():
    model = find_model("my-deployment", {**AZURE, "OPENAI_API_VERSION": "2024-10-21"}, host="azure")
    assert (model.base_url, model.id, model.api_version) == (
        "https://r.openai.azure.com",
        "my-deployment",
        "2024-10-21",
    )
    newer = {**AZURE, "AZURE_OPENAI_ENDPOINT": "https://r.openai.azure.com/openai/v1"}
    assert find_model("gpt-4o", newer, host="azure").api_version is None
    set_for_others = {**newer, "OPENAI_API_VERSION": "2024-10-21"}
    assert find_model("gpt-4o", set_for_others, host="azure").api_version is None
    with pytest.raises(UsageError, match="set OPENAI_API_VERSION, or let the address end in /openai/v1"):
        find_model("gpt-4o", AZURE, host="azure")
    with pytest.raises(UsageError, match="azure needs an address: set AZURE_OPENAI_ENDPOINT"):
        find_model("gpt-4o", {"AZURE_OPENAI_API_KEY": "x"}, host="azure")


def test_the_users_file_that_has_a_say_is_named(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("models.yaml").write_text("hosts: {openai: {base_url: https://elsewhere.example/v1}}")
    model = find_model("gpt-4o", KEYS)
    assert (model.base_url, model.changed_by) == ("https://elsewhere.example/v1", (Path("models.yaml"),))
    assert find_model("gemini-3-pro", KEYS).changed_by == ()


def test_both_files_of_the_user_that_have_a_say_are_named_once(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    of_the_user = tmp_path / "harness/models.yaml"
    of_the_user.parent.mkdir()
    of_the_user.write_text("models: {gpt-4o: {context: 1000}}\nhosts: {openai: {candidates: 5}}")
    Path("models.yaml").write_text("models: {gpt-4o: {output: 100}}")
    model = find_model("gpt-4o", {**KEYS, "XDG_CONFIG_HOME": str(tmp_path)})
    assert model.changed_by == (of_the_user, Path("models.yaml"))


def test_loopback_servers_need_no_key():
    assert find_model("gpt-4o", {}, base_url=LOCAL).api_key is None


def test_a_key_that_is_missing_is_named_by_its_variable():
    with pytest.raises(UsageError, match="gpt-4o needs a key: set the environment variable OPENAI_API_KEY"):
        find_model("gpt-4o", {})
    with pytest.raises(UsageError, match="--api-key-env names no environment variable that is set"):
        find_model("gpt-4o", {"OPENAI_API_KEY": SECRET}, api_key_env="EMPTY")


def test_open_weights_without_an_address_say_how_to_serve_them():
    with pytest.raises(UsageError) as caught:
        find_model("llama3-70b", {})
    sentence = str(caught.value)
    assert "--host groq or together or" in sentence
    assert "vllm serve meta-llama/Meta-Llama-3-70B-Instruct" in sentence
    assert "for example --base-url http://127.0.0.1:8000/v1." in sentence
    assert sentence.count(". ") == 0


def test_an_unknown_model_is_refused_with_the_nearest_names():
    with pytest.raises(UsageError, match=r"unknown model 'gpt4o' \(did you mean gpt-4o"):
        find_model("gpt4o", {})


@pytest.mark.parametrize("name", ["", "  "])
def test_an_empty_name_is_refused(name):
    with pytest.raises(UsageError, match="--model is empty"):
        find_model(name, {}, base_url=LOCAL)


@pytest.mark.parametrize(
    "url",
    [
        "127.0.0.1:8000/v1",
        "localhost:8000",
        "ftp://host/v1",
        "http://",
        "http:///v1",
        "http://[::1/v1",
        "http://host:99999/v1",
        f"http://host:{SECRET}/v1",
        f"http://user:{SECRET}@host/v1",
        f"https://{SECRET}@host/v1",
        f"https://{SECRET}:@host/v1",
        f"https://user:{SECRET}/v1",
        f"https://host/v1?key={SECRET}",
        f"https://host/v1#{SECRET}",
        f"https://{SECRET}\u2100host/v1",
        "https://host/v1?",
        "https://@host/v1",
        SECRET,
    ],
)
def test_a_base_url_that_cannot_be_or_holds_a_secret_is_refused_without_being_shown(url):
    with pytest.raises(UsageError, match="the base URL") as caught:
        find_model("anything", {}, base_url=url)
    assert SECRET not in str(caught.value)
    assert "verysecret" not in repr(caught.value.__cause__)


@pytest.mark.parametrize("pasted", [SECRET, "AKIAVERYSECRET1234567890", f"{SECRET}\n", ""])
def test_a_key_pasted_where_its_variables_name_belongs_is_not_shown(pasted):
    with pytest.raises(UsageError, match="give the variable's name, not the key") as caught:
        find_model("anything", {"OPENAI_API_KEY": SECRET}, base_url=LOCAL, api_key_env=pasted)
    assert "SECRET" not in str(caught.value).upper()


@pytest.mark.parametrize("key", ["sk-one\nsk-two", "sk-naïve", "sk-\x00"])
@pytest.mark.parametrize("named", ["OPENAI_API_KEY", None])
def test_a_key_that_cannot_be_sent_is_refused_without_being_shown(key, named):
    with pytest.raises(UsageError, match="the API key holds characters that no key has") as caught:
        find_model("gpt-4o", {"OPENAI_API_KEY": key}, api_key_env=named)
    assert "sk-" not in str(caught.value)


def test_a_key_in_the_path_of_an_address_is_refused_and_not_shown():
    with pytest.raises(UsageError, match="the base URL holds the API key") as caught:
        find_model("m", {"K": SECRET}, base_url=f"{LOCAL}/{SECRET}/v1", api_key_env="K")
    assert SECRET not in str(caught.value)


@pytest.mark.parametrize("name", [SECRET, f"org/{SECRET}"])
def test_a_key_pasted_as_the_models_name_is_not_shown(name):
    with pytest.raises(UsageError, match="--model holds the API key, and stands in the score file") as caught:
        find_model(name, {"K": SECRET}, base_url=LOCAL, api_key_env="K")
    assert SECRET not in str(caught.value)


def test_a_models_repr_has_no_key():
    assert SECRET not in repr(find_model("gpt-4o", {"OPENAI_API_KEY": SECRET}))


@pytest.mark.parametrize("scheme", ["http", "HTTP", "Http"])
def test_a_key_that_nobody_named_goes_over_no_plain_http_to_another_machine(scheme):
    environment = {"OPENAI_API_KEY": "sk-secret-0123"}
    with pytest.raises(UsageError, match="plain http") as caught:
        find_model("gpt-4o", environment, base_url=f"{scheme}://proxy.example/v1")
    assert "sk-secret" not in str(caught.value)
    named = find_model(
        "gpt-4o", environment, base_url="http://proxy.example/v1", api_key_env="OPENAI_API_KEY"
    )
    assert named.api_key == "sk-secret-0123"
    assert find_model("gpt-4o", environment, base_url="https://proxy.example/v1").api_key == "sk-secret-0123"
