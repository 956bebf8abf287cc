"""The wheel that is built from this tree holds all that it needs, and the packages in use are the ones here."""

from __future__ import annotations

import configparser
import importlib
import importlib.util
import json
import os
import shutil
import site
import subprocess
import sys
import venv
import zipfile
from pathlib import Path, PurePosixPath

import pytest

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = ("agent", "tools", "prompts", "evals")
# Written by hand beside the code, so that a build that leaves files out does not also shorten the list.
NEEDED = (
    "prompts/system.md",
    "prompts/ground_rewrite.md",
    "prompts/ask_query.md",
    "prompts/ask_repair.md",
    "prompts/plan_examples.jsonl",
    "prompts/plan_form.md",
    "agent/ui/static/config.toml",
    "agent/ui/static/guide.md",
    "agent/ui/static/texts.json",
    "agent/ui/static/public/theme.json",
    "agent/ui/static/public/posture.css",
    "agent/ui/static/public/posture.js",
    "agent/ui/static/public/logo_light.svg",
    "agent/ui/static/public/logo_dark.svg",
    "agent/ui/static/public/elements/ApprovalCard.jsx",
    "tools/compliance/catalogs/hipaa.json",
    "tools/compliance/catalogs/hipaa.vectors.npz",
    "tools/compliance/catalogs/nist_csf_2.0.json",
    "tools/compliance/mappings/hipaa.tsv",
    "tools/compliance/mappings/nist_csf_2.0.tsv",
    "tools/findings/kinds.tsv",
    "tools/findings/kind_titles.tsv",
    "tools/findings/resource_types.tsv",
    "tools/priority/data/benign.toml",
    "tools/priority/data/graph.toml",
    "tools/priority/data/kev.tsv",
    "tools/priority/data/techniques.tsv",
    "tools/priority/data/weights.toml",
    "tools/priority/data/vocabulary.toml",
    "tools/priority/data/weakness.tsv",
    "tools/priority/iam/data/aws_escalations.tsv",
    "tools/priority/iam/data/azure_escalations.tsv",
    "tools/priority/iam/data/azure_roles.tsv",
    "tools/priority/iam/data/gcp_escalations.tsv",
    "tools/priority/iam/data/gcp_roles.tsv",
    "tools/priority/iam/data/kubernetes_escalations.tsv",
    "tools/tenant/estate/cves.tsv",
    "tools/remediation/schemas/aws.json.gz",
    "tools/remediation/schemas/azurerm.json.gz",
    "tools/remediation/schemas/google.json.gz",
    "tools/remediation/schemas/NOTICE.md",
    "evals/data/conversation/first.jsonl",
    "evals/data/xql/develop.jsonl",
    "evals/data/xql/test.jsonl",
)
_NO_CODE = {".pyc", ".pyo"}


def _build(out: Path) -> None:
    """Build the wheel without the network: the build back end is in the environment or in uv's cache."""
    if importlib.util.find_spec("hatchling") is not None:
        command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(out)]
    elif (uv := shutil.which("uv")) is not None:
        command = [uv, "build", "--wheel", "--offline", "--out-dir", str(out), str(ROOT)]
    else:
        pytest.skip("neither hatchling nor uv is here to build with")
    built = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=120)
    if built.returncode and "network" in built.stderr and os.environ.get("POSTURE_REQUIRE_SERVICES") != "1":
        pytest.skip("the build back end is not at hand without the network")
    assert built.returncode == 0, built.stderr


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A wheel of this tree."""
    out = tmp_path_factory.mktemp("wheel")
    _build(out)
    [found] = out.glob("*.whl")
    return found


@pytest.fixture(scope="module")
def inside(wheel: Path) -> frozenset[str]:
    """The names of its files."""
    with zipfile.ZipFile(wheel) as archive:
        assert archive.testzip() is None
        return frozenset(archive.namelist())


@pytest.mark.parametrize("name", NEEDED)
def test_what_runs_without_this_tree_is_inside(inside: frozenset[str], name: str) -> None:
    assert (ROOT / name).is_file(), "it has been moved; correct the list"
    assert name in inside


def test_every_file_of_the_packages_is_inside(inside: frozenset[str]) -> None:
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--", *PACKAGES], cwd=ROOT, capture_output=True, check=False, timeout=30
    )
    if listed.returncode:
        pytest.skip("this is not a git checkout")
    tracked = {name for name in listed.stdout.decode().split("\0") if name and (ROOT / name).is_file()}
    assert len(tracked) > 100
    assert sorted(tracked - inside) == []


def test_nothing_else_is_inside(inside: frozenset[str]) -> None:
    tops = {PurePosixPath(name).parts[0] for name in inside}
    assert {t for t in tops if not t.endswith(".dist-info")} == set(PACKAGES)
    assert not [name for name in inside if PurePosixPath(name).suffix in _NO_CODE]
    assert not [name for name in inside if ".duckdb" in name or name.endswith((".db", ".env", ".pem"))]


def test_it_offers_the_command_and_says_what_it_is(wheel: Path, inside: frozenset[str]) -> None:
    [metadata] = [name for name in inside if name.endswith(".dist-info/METADATA")]
    [entries] = [name for name in inside if name.endswith(".dist-info/entry_points.txt")]
    with zipfile.ZipFile(wheel) as archive:
        about = archive.read(metadata).decode()
        offered = configparser.ConfigParser()
        offered.read_string(archive.read(entries).decode())
    assert offered["console_scripts"]["posture"] == "agent.cli:main"
    assert set(offered["posture.commands"]) == {"eval", "bench"}
    assert "License-Expression: Apache-2.0" in about
    assert "uv run posture chat" in about, "the README is its description"
    assert any(name.endswith(".dist-info/licenses/LICENSE") for name in inside)


@pytest.mark.parametrize("name", PACKAGES)
def test_ours_is_the_one_that_is_imported(name: str) -> None:
    """The names are common: a distribution of the same name would shadow a whole floor."""
    module = importlib.import_module(name)
    assert module.__file__ is not None
    assert Path(module.__file__).resolve() == ROOT / name / "__init__.py"


def test_no_other_distribution_has_our_names() -> None:
    from importlib.metadata import packages_distributions

    owners = packages_distributions()
    for name in PACKAGES:
        assert set(owners.get(name, [])) <= {"posture-agent"}, f"{name} also comes from {owners[name]}"


@pytest.mark.slow
def test_the_installed_wheel_runs_from_any_folder(wheel: Path, tmp_path: Path) -> None:
    """In an environment of its own, with this one's dependencies but without this tree."""
    environment = tmp_path / "venv"
    venv.create(environment, with_pip=False, symlinks=True)
    packages = next((environment / "lib").glob("python3.*")) / "site-packages"
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(packages)
    # Without their .pth files: one of them is this tree's own editable install.
    dependencies = os.pathsep.join(p for p in site.getsitepackages() if Path(p).is_dir())
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    variables = {k: v for k, v in os.environ.items() if not k.startswith(("POSTURE_", "OPENAI_"))}
    variables |= {
        "POSTURE_HOME": str(tmp_path / "home"),
        "PYTHONPATH": os.pathsep.join([str(packages), dependencies]),
    }
    variables.pop("VIRTUAL_ENV", None)
    run = "import sys, agent; from agent.cli import main; sys.stderr.write(agent.__file__ + '\\n'); main()"

    def posture(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [str(environment / "bin" / "python"), "-c", run, *arguments],
            cwd=elsewhere, env=variables, capture_output=True, text=True, check=False, timeout=120,
        )  # fmt: skip

    ended = posture("doctor", "--json")
    assert ended.returncode == 0, ended.stderr
    assert ended.stderr.splitlines()[0].startswith(str(packages)), "this tree was imported instead"
    parts = {p["part"]: p for p in json.loads(ended.stdout)["parts"]}
    assert parts["packages"]["state"] == parts["controls"]["state"] == "ok", parts
    asked = json.loads(posture("ask", "which buckets are public", "--json").stdout)
    assert asked["tool_calls"], asked
    assert list(elsewhere.iterdir()) == [], "nothing is left in the folder it was called from"
