"""What starts the service elsewhere is in order, and does start it: the same command, the same environment, here."""

from __future__ import annotations

import json
import os
import re
import shlex
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import requests
import yaml

from hosting import EhrRegistry, Settings, create_application, new_key_file, read_registry
from tests.databases import new_sqlite
from tests.every_log import leaks, lines_in
from tests.hosting.test_server import SECRET, wait_until_ready
from tests.ports import free_port

ROOT = Path(__file__).parents[2]
KUBERNETES = ROOT / "deploy" / "kubernetes"
COMPOSE = yaml.safe_load((ROOT / "compose.yaml").read_text("utf-8"))
DOCKERFILE = (ROOT / "Dockerfile").read_text("utf-8").replace("\\\n", " ")
MANIFESTS = {path.stem: yaml.safe_load(path.read_text("utf-8")) for path in sorted(KUBERNETES.glob("*.yaml"))}
SETTINGS = {f"RLS_{name.upper()}" for name in Settings.model_fields}
POD = MANIFESTS["deployment"]["spec"]["template"]["spec"]
CONTAINER = POD["containers"][0]
USER = 10001


def instruction(word: str) -> str:
    """The argument of the last instruction of this name."""
    return str(re.findall(rf"^\s*{word} (.+)$", DOCKERFILE, re.MULTILINE)[-1]).strip()


def paths_of_the_service() -> set[str]:
    return {rule.rule for rule in create_application(Settings(), EhrRegistry()).url_map.iter_rules()}


def test_the_image_runs_as_an_ordinary_user() -> None:
    assert instruction("USER") == f"{USER}:{USER}"
    assert f"--uid {USER}" in DOCKERFILE
    assert DOCKERFILE.index("\nUSER") < DOCKERFILE.index("\nENTRYPOINT")


def test_the_image_installs_what_is_locked_by_hash_and_nothing_else() -> None:
    installs = re.findall(r"pip install (.+)", DOCKERFILE)
    assert len(installs) == 2
    assert all("--no-deps" in one for one in installs)
    assert "--require-hashes -r requirements.lock" in installs[0]
    assert installs[1].endswith("--no-build-isolation .")


def test_the_drivers_lock_is_a_part_of_the_tests_lock() -> None:
    whole = (ROOT / "requirements-test.lock").read_text("utf-8")
    part = (ROOT / "deploy" / "postgresql.lock").read_text("utf-8")
    assert re.findall(r"^([a-z-]+)==", part, re.MULTILINE) == ["psycopg", "psycopg-binary"]
    assert [line for line in part.splitlines() if line not in whole.splitlines()] == []


def test_every_source_that_is_copied_exists_and_every_room_is_let_in() -> None:
    let_in = {line[1:] for line in (ROOT / ".dockerignore").read_text("utf-8").splitlines() if line.startswith("!")}
    assert [name for name in let_in if not (ROOT / name).exists()] == []
    rooms = {path.parent.name for path in ROOT.glob("*/__init__.py")} - {"tests", "benchmarks"}
    assert rooms <= let_in


def test_only_known_settings_are_set() -> None:
    named = set(COMPOSE["services"]["service"]["environment"]) | {one["name"] for one in CONTAINER["env"]}
    named |= set(re.findall(r"\bRLS_[A-Z_]+", DOCKERFILE)) | set(MANIFESTS["secret.example"]["stringData"])
    assert {name for name in named if name.startswith("RLS_")} <= SETTINGS
    needed = {"RLS_PUBLIC_URL", "RLS_SECRET_KEY", "RLS_DATABASE_URL", "RLS_EHR_REGISTRY"}
    assert needed <= set(COMPOSE["services"]["service"]["environment"])
    assert needed <= {one["name"] for one in CONTAINER["env"]}


@pytest.mark.parametrize("name", ["service", "database", "demo"])
def test_a_container_may_do_no_more_than_it_must(name: str) -> None:
    service = COMPOSE["services"][name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert "no-new-privileges:true" in service["security_opt"]
    if name != "database":
        assert service["user"] == f"{USER}:{USER}"


def test_a_pod_may_do_no_more_than_it_must() -> None:
    assert POD["securityContext"]["runAsNonRoot"] is True
    assert POD["securityContext"]["runAsUser"] == USER
    assert POD["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    assert POD["automountServiceAccountToken"] is False
    own = CONTAINER["securityContext"]
    assert own["readOnlyRootFilesystem"] is True
    assert own["allowPrivilegeEscalation"] is False
    assert own["capabilities"]["drop"] == ["ALL"]


def test_probes_and_scrapes_ask_for_what_is_there() -> None:
    known = paths_of_the_service()
    probes = [CONTAINER[f"{kind}Probe"]["httpGet"] for kind in ("startup", "liveness", "readiness")]
    assert {probe["path"] for probe in probes} == {"/healthz", "/readyz"} <= known
    assert CONTAINER["livenessProbe"]["httpGet"]["path"] == "/healthz", (
        "a database that is away is no reason to be killed"
    )
    assert {probe["port"] for probe in probes} == {CONTAINER["ports"][0]["name"]}
    notes = MANIFESTS["deployment"]["spec"]["template"]["metadata"]["annotations"]
    assert notes["prometheus.io/path"] in known
    assert re.findall(r"127\.0\.0\.1:8000(/\w+)", instruction("HEALTHCHECK")) == ["/healthz"]


def test_there_are_two_and_one_stays() -> None:
    assert MANIFESTS["deployment"]["spec"]["replicas"] == 2
    assert MANIFESTS["pod-disruption-budget"]["spec"]["minAvailable"] == 1
    labels = MANIFESTS["deployment"]["spec"]["template"]["metadata"]["labels"]
    for selector in (
        MANIFESTS["service"]["spec"]["selector"],
        MANIFESTS["deployment"]["spec"]["selector"]["matchLabels"],
        MANIFESTS["pod-disruption-budget"]["spec"]["selector"]["matchLabels"],
        MANIFESTS["network-policy"]["spec"]["podSelector"]["matchLabels"],
    ):
        assert selector == labels


def test_what_is_mounted_is_declared() -> None:
    volumes = {volume["name"] for volume in POD["volumes"]}
    assert {mount["name"] for mount in CONTAINER["volumeMounts"]} == volumes
    mounted = [mount["mountPath"] for mount in CONTAINER["volumeMounts"]]
    for one in CONTAINER["env"]:
        if one["name"] in ("RLS_EHR_REGISTRY", "RLS_SIGNING_KEY_FILE"):
            assert str(Path(one["value"]).parent) in mounted
    keys = set(MANIFESTS["secret.example"]["stringData"])
    asked = {one["valueFrom"]["secretKeyRef"]["key"] for one in CONTAINER["env"] if "valueFrom" in one}
    assert asked <= keys
    assert MANIFESTS["secret.example"]["metadata"]["name"] == POD["volumes"][1]["secret"]["secretName"]


def test_the_databases_certificate_can_be_looked_at() -> None:
    """With verify-full and no sslrootcert, libpq looks into a home that this user does not have."""
    text = (KUBERNETES / "secret.example.yaml").read_text("utf-8")
    [place] = re.findall(r"sslmode=verify-full&sslrootcert=(\S+)", text)
    [keys] = [volume["secret"] for volume in POD["volumes"] if volume["name"] == "keys"]
    [mounted] = [mount["mountPath"] for mount in CONTAINER["volumeMounts"] if mount["name"] == "keys"]
    assert place in {f"{mounted}/{item['path']}" for item in keys["items"]}
    assert {item["key"] for item in keys["items"]} <= set(MANIFESTS["secret.example"]["stringData"])


def test_what_is_applied_first_is_needed_first() -> None:
    text = (KUBERNETES / "kustomization.yaml").read_text("utf-8")
    order = ["apply --filename deploy/kubernetes/namespace.yaml", "secret.yaml\n#\n", "apply --kustomize"]
    assert [text.index(words) for words in order] == sorted(text.index(words) for words in order)
    assert MANIFESTS["secret.example"]["metadata"]["namespace"] == MANIFESTS["namespace"]["metadata"]["name"]


def test_modules_are_compiled_once_and_not_at_each_start() -> None:
    assert "PYTHONDONTWRITEBYTECODE=1" in DOCKERFILE
    compiled = DOCKERFILE.index("RUN python -m compileall")
    assert DOCKERFILE.rindex("COPY --from=build") < compiled < DOCKERFILE.index("\nUSER")


def test_nothing_secret_is_written_down() -> None:
    assert set(MANIFESTS["secret.example"]["stringData"].values()) == {""}
    told = COMPOSE["services"]["service"]["environment"]
    assert all("${" in told[name] for name in ("RLS_SECRET_KEY", "RLS_DATABASE_URL"))


def test_kustomize_names_files_that_exist() -> None:
    found = MANIFESTS["kustomization"]
    files = [*found["resources"], *found["configMapGenerator"][0]["files"]]
    assert [name for name in files if not (KUBERNETES / name).exists()] == []
    assert set(files) >= {f"{name}.yaml" for name in MANIFESTS} - {"secret.example.yaml", "kustomization.yaml"}


def test_the_example_registries_are_one_and_can_be_read() -> None:
    example = ROOT / "deploy" / "ehrs.example.toml"
    assert read_registry(example).ehrs[0].name == "general-hospital"
    assert (KUBERNETES / "ehrs.toml").read_text("utf-8") == example.read_text("utf-8")


def test_the_container_has_time_to_stop() -> None:
    pause = int(CONTAINER["lifecycle"]["preStop"]["exec"]["command"][1])
    assert POD["terminationGracePeriodSeconds"] > pause + 1 + 15
    assert COMPOSE["services"]["service"]["stop_grace_period"] == "30s"


def environment(told: dict[str, str], folder: Path) -> dict[str, str]:
    """The manifest's environment; what is a place or a secret there is a place or a secret here."""
    new_key_file(folder / "signing-keys.json")
    here = {
        "RLS_SECRET_KEY": SECRET,
        "RLS_DATABASE_URL": new_sqlite(),
        "RLS_EHR_REGISTRY": str(ROOT / "deploy" / "ehrs.example.toml"),
        "RLS_SIGNING_KEY_FILE": str(folder / "signing-keys.json"),
        "RLS_PUBLIC_URL": "https://rls.example.org",
    }
    outside = {name: value for name, value in os.environ.items() if not name.startswith("RLS_")}
    return outside | told | {name: value for name, value in here.items() if name in told}


COMPOSED: dict[str, str] = COMPOSE["services"]["service"]["environment"]
IN_A_POD: dict[str, str] = {one["name"]: one.get("value", "") for one in CONTAINER["env"]}


@pytest.mark.parametrize(
    ("arguments", "told"),
    [(json.loads(instruction("CMD")), COMPOSED), (CONTAINER["args"], IN_A_POD)],
    ids=["compose", "kubernetes"],
)
def test_what_they_start_starts(arguments: list[str], told: dict[str, str], tmp_path: Path) -> None:
    [entrypoint] = json.loads(instruction("ENTRYPOINT"))
    port = free_port()
    moved = [{"8000": str(port), "0.0.0.0": "127.0.0.1"}.get(word, word) for word in arguments]
    folder = tmp_path / "empty"
    folder.mkdir()
    process = subprocess.Popen(
        [str(Path(sys.executable).with_name(entrypoint)), *moved],
        env=environment(told, tmp_path),
        cwd=folder,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )
    try:
        wait_until_ready(f"http://127.0.0.1:{port}")
        assert requests.get(f"http://127.0.0.1:{port}/readyz", timeout=60).json()["parts"]["keys"]["ready"]
        assert healthy(port) == 0
        assert list(folder.iterdir()) == [], "it writes where a container is read-only"
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=120) == 0
        assert healthy(port) != 0
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        _, said = process.communicate()
    assert list(leaks(lines_in(said.decode()))) == []


def healthy(port: int) -> int:
    """The exit status of the image's own health check."""
    command: list[Any] = json.loads(instruction("HEALTHCHECK").split("CMD", 1)[1])
    words = [sys.executable, *(word.replace(":8000", f":{port}") for word in command[1:])]
    return subprocess.run(words, check=False, capture_output=True).returncode


def test_shell_words_of_the_readme_comment_in_compose_name_real_commands() -> None:
    comment = [line for line in (ROOT / "compose.yaml").read_text("utf-8").splitlines() if line.startswith("#   ")]
    words = [shlex.split(line.lstrip("# ")) for line in comment]
    assert any("keys" in line and "new" in line for line in words)


def test_keys_are_not_written_where_the_service_may_only_read() -> None:
    text = (ROOT / "compose.yaml").read_text("utf-8")
    targets = {volume.split(":")[1] for volume in COMPOSE["services"]["service"]["volumes"]}
    [(mounted, written)] = re.findall(r"-v \./config:(\S+) .* keys new (\S+)/signing-keys\.json", text)
    assert mounted == written
    assert mounted not in targets, "of two mounts with one target Compose takes the first, which is read-only"


def test_each_variable_that_compose_asks_for_is_written_into_its_file_first() -> None:
    text = (ROOT / "compose.yaml").read_text("utf-8")
    asked = set(re.findall(r"\$\{(\w+):\?", text))
    assert set(re.findall(r"^#   echo \"?(\w+)=.*\.env", text, re.MULTILINE)) == asked
