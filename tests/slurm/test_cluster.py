"""The throwaway Slurm: where it is refused. That it comes up and goes is test_on_slurm's."""

from tests.slurm import cluster


def test_a_machine_with_a_slurm_of_its_own_is_left_alone(tmp_path, monkeypatch, capsys):
    site = tmp_path / "etc" / "slurm.conf"
    site.parent.mkdir()
    site.write_text("ClusterName=theirs\n", "utf-8")
    monkeypatch.setattr(cluster, "SITE", site)
    assert cluster.main(["up", str(tmp_path / "ours")]) == 1
    assert str(site) in capsys.readouterr().err
    assert not list((tmp_path / "ours").iterdir())


def test_a_machine_without_slurm_is_told_what_to_install(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(cluster.os, "geteuid", lambda: 0)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert cluster.main(["up", str(tmp_path / "ours")]) == 1
    said = capsys.readouterr().err
    assert "slurmctld" in said and "slurm-wlm" in said


def test_to_stop_what_never_ran_does_nothing(tmp_path):
    assert cluster.main(["down", str(tmp_path)]) == 0
    assert not list(tmp_path.iterdir())
