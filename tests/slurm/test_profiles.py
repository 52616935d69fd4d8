"""The profiles for clusters: what Snakemake itself says of them, without a cluster.

A dry run never calls the executor, so the profiles of Slurm and LSF are read with `--executor
dryrun` in its place: that holds every key to the options that Snakemake knows, and needs no plugin.
"""

import os
import re
from pathlib import Path

import pytest
import yaml

from tests.running import HOME, make_demo, snakemake

CLUSTERS = ("slurm", "lsf", "kubernetes")


def settings(profile: str) -> dict:
    return yaml.safe_load((HOME / "profiles" / profile / "config.yaml").read_text("utf-8"))


@pytest.fixture(scope="module")
def study(tmp_path_factory) -> Path:
    return make_demo(tmp_path_factory.mktemp("study"))


@pytest.fixture(scope="module")
def local(study) -> str:
    """The jobs that a run here would do."""
    code, text = snakemake(study, "--dry-run")
    assert code == 0, text
    return jobs(text)


def jobs(text: str) -> str:
    """Snakemake's table of jobs."""
    return re.search(r"^Job stats:\n((?:.+\n)+)", text, re.MULTILINE)[1]


@pytest.mark.parametrize("profile", CLUSTERS)
def test_a_dry_run_accepts_the_profile_and_plans_the_same_jobs(profile, study, local):
    code, text = snakemake(
        study, "--dry-run", "--workflow-profile", profile, "--executor", "dryrun"
    )
    assert code == 0, text
    assert f"profiles/{profile} for setting default command line arguments" in text
    assert jobs(text) == local


def test_a_dry_run_refuses_a_key_that_snakemake_does_not_know(study, tmp_path):
    """Else the test above could not fail."""
    text = (HOME / "profiles/lsf/config.yaml").read_text("utf-8")
    (tmp_path / "config.yaml").write_text(f"{text}lateness: 30\n", "utf-8")
    code, text = snakemake(
        study, "--dry-run", "--workflow-profile", str(tmp_path), "--executor", "dryrun"
    )
    assert code != 0
    assert "--lateness" in text


@pytest.mark.parametrize("profile", CLUSTERS)
def test_the_profile_keeps_what_the_default_one_says(profile):
    """The first profile that Snakemake finds replaces the default one."""
    assert settings("default").items() <= settings(profile).items()


@pytest.mark.parametrize("profile", CLUSTERS)
def test_the_profile_leaves_the_site_what_is_the_sites(profile):
    ours = settings(profile)
    # a workflow profile's list replaces that of the site's profile, accounts and all
    assert not {"default-resources", "set-resources"} & ours.keys()
    assert not re.search(r"account|partition|queue|project", " ".join(map(str, ours.values())))
    assert ours["retries"] == 2


def test_a_site_brings_account_and_partition_in_a_profile_of_its_own(study, tmp_path):
    """Snakemake documents that they pass through, since our profile names none."""
    site = tmp_path / "config.yaml"
    site.write_text("default-resources: [slurm_account=lab, slurm_partition=short]\n", "utf-8")
    code, text = snakemake(
        study, "--dry-run", "--workflow-profile", "slurm", "--executor", "dryrun",
        "--profile", str(tmp_path), "--quiet", "host",
    )  # fmt: skip
    assert code == 0, text
    asked = re.findall(r"^ +resources: (.+)", text, re.MULTILINE)
    assert asked
    assert all("slurm_account=lab" in a and "slurm_partition=short" in a for a in asked)


def test_the_pod_runs_this_workflow_by_its_profile_within_its_memory():
    pod = yaml.safe_load((HOME / "profiles/kubernetes/job.yaml").read_text("utf-8"))
    (container,) = pod["spec"]["template"]["spec"]["containers"]
    assert "--workflow-profile=kubernetes" in container["command"]
    memory = next(a for a in container["command"] if a.startswith("--resources=mem_mb="))
    limit = int(container["resources"]["limits"]["memory"].removesuffix("Gi")) * 1024
    assert int(memory.rpartition("=")[2]) < limit
    mounted = container["volumeMounts"][0]["mountPath"]
    assert os.path.commonpath([mounted, container["workingDir"]]) == mounted
