"""A throwaway Slurm of one node on this machine: as root, without systemd, with accounting.

python tests/slurm/cluster.py up DIRECTORY     start it; DIRECTORY holds all that it writes
python tests/slurm/cluster.py down DIRECTORY   stop it and remove what lies outside DIRECTORY

Both may be said twice. DIRECTORY has a short path: a socket's may have 107 characters. Needs
Debian's slurm-wlm, slurmdbd, munge and mariadb-server; nothing that is configured already is
touched: `up` refuses beside an /etc/slurm/slurm.conf.
"""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

SITE = Path("/etc/slurm/slurm.conf")
# where Slurm's commands look once SLURM_CONF is gone, as in the inner `srun` of the plugin's jobs
LINK = Path("/run/slurm/conf/slurm.conf")
NEEDED = (
    "munged", "mariadbd", "mariadb-install-db", "mariadb-admin",
    "slurmdbd", "slurmctld", "slurmd", "sbatch", "srun", "squeue", "sacct", "sacctmgr",
)  # fmt: skip
# a node that claims more processors than the machine may have: jobs wait for none
CPUS, MEMORY_MB = 4, 6000


class Refused(Exception):
    """A cluster cannot be had here; the message says why."""


@dataclass(frozen=True)
class Daemon:
    """A process of the cluster: how it is started, and what shows that it answers."""

    name: str
    command: list[str]
    answers: Callable[[], bool]


def why_not() -> str:
    """Why no cluster can be started here; empty where one can."""
    if SITE.exists():
        return f"this machine has a Slurm of its own ({SITE})"
    if os.geteuid() != 0:
        return "only root can start Slurm's daemons"
    if missing := [command for command in NEEDED if not shutil.which(command)]:
        return f"not installed: {', '.join(missing)} (slurm-wlm slurmdbd munge mariadb-server)"
    if not socket.gethostbyname(socket.gethostname()).startswith("127."):
        return "the machine's name is no address of its own: the daemons would be seen outside"
    return ""


def up(home: Path) -> None:
    """Start what does not run yet, each when the one before answers.

    Raises Refused where no cluster can be had, or where a daemon does not answer in time.
    """
    if reason := why_not():
        raise Refused(reason)
    if LINK.is_symlink() and LINK.resolve() != home / "slurm.conf" and LINK.exists():
        raise Refused(f"another cluster is up here: {LINK.resolve().parent}")
    if not (home / "slurm.conf").exists():
        _configure(home)
    LINK.parent.mkdir(parents=True, exist_ok=True)
    LINK.unlink(missing_ok=True)
    LINK.symlink_to(home / "slurm.conf")
    for daemon in _daemons(home):
        _start(daemon, home)
    _await("a job", lambda: _answers("srun", "--time=1", "true"), home)


def down(home: Path) -> None:
    """Cancel all jobs, stop the daemons, last first, and remove the link to the configuration."""
    if _running(home, "slurmctld"):
        _answers("scancel", "--user=root", "--full")
        _wait(lambda: not _said("squeue", "--noheader").strip(), seconds=15)
    for daemon in reversed(_daemons(home)):
        if pid := _running(home, daemon.name):
            os.kill(pid, signal.SIGTERM)
            if not _wait(lambda name=daemon.name: not _running(home, name), seconds=15):
                os.kill(pid, signal.SIGKILL)
        _pid_file(home, daemon.name).unlink(missing_ok=True)
    if LINK.is_symlink() and LINK.readlink() == home / "slurm.conf":
        LINK.unlink()


def _configure(home: Path) -> None:
    """Write keys, folders and settings of a cluster that listens on the loopback alone."""
    home.chmod(0o755)
    for folder in ("state", "spool", "log", "mariadb"):
        (home / folder).mkdir(exist_ok=True)
    (home / "munge.key").write_bytes(os.urandom(1024))
    (home / "munge.key").chmod(0o600)
    words = {
        "home": home,
        "host": socket.gethostname().split(".")[0],
        "cpus": CPUS,
        "memory_mb": MEMORY_MB,
        **dict(zip(("controller", "node", "accounts"), _free_ports(3), strict=True)),
    }
    for name in ("slurmdbd.conf", "slurm.conf"):
        template = Path(__file__).with_name(name).read_text("utf-8")
        (home / name).write_text(template.format_map(words), encoding="utf-8")
        (home / name).chmod(0o600 if name == "slurmdbd.conf" else 0o644)
    install = ["mariadb-install-db", "--user=root", f"--datadir={home}/mariadb"]
    subprocess.run(
        [*install, "--no-defaults", "--auth-root-authentication-method=normal"],
        stdout=subprocess.DEVNULL,
        check=True,
    )


def _daemons(home: Path) -> list[Daemon]:
    """The daemons in the order in which they need each other."""
    munge, database = home / "munge.socket", home / "mariadb.socket"
    munged = ["munged", "--foreground", "--force", f"--key-file={home}/munge.key"]
    munged += [f"--socket={munge}", f"--pid-file={home}/munged.own.pid"]
    munged += [f"--log-file={home}/log/munged.own.log", f"--seed-file={home}/munge.seed"]
    mariadbd = ["mariadbd", "--no-defaults", "--user=root", f"--datadir={home}/mariadb"]
    mariadbd += [f"--socket={database}", "--skip-networking", f"--pid-file={home}/own.pid"]
    mariadbd += ["--innodb-buffer-pool-size=64M"]
    return [
        Daemon("munged", munged, munge.exists),
        Daemon(
            "mariadbd", mariadbd, lambda: _answers("mariadb-admin", f"--socket={database}", "ping")
        ),
        Daemon("slurmdbd", ["slurmdbd", "-D"], lambda: _answers("sacctmgr", "-n", "list", "user")),
        Daemon("slurmctld", ["slurmctld", "-D"], lambda: _answers("scontrol", "ping")),
        Daemon("slurmd", ["slurmd", "-D"], lambda: "idle" in _said("sinfo", "-h", "-o", "%T")),
    ]


def _start(daemon: Daemon, home: Path) -> None:
    """Start the daemon unless it runs, and wait until it answers."""
    if not _running(home, daemon.name):
        with (home / "log" / f"{daemon.name}.log").open("ab") as log:
            process = subprocess.Popen(
                daemon.command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env={
                    **os.environ,
                    "SLURM_CONF": str(home / "slurm.conf"),
                    "MYSQL_UNIX_PORT": str(home / "mariadb.socket"),  # slurmdbd has no setting
                },
                start_new_session=True,
            )
        _pid_file(home, daemon.name).write_text(str(process.pid), encoding="utf-8")
    _await(daemon.name, daemon.answers, home, running=daemon.name)


def _await(what: str, answers: Callable[[], bool], home: Path, running: str = "") -> None:
    """Wait until it answers, at most 30 s. Raises Refused with where the logs are."""
    gone = f"{what} did not start: see {home}/log"
    if not _wait(lambda: answers() or bool(running and not _running(home, running))):
        raise Refused(f"{what} does not answer after 30 s: see {home}/log")
    if running and not _running(home, running):
        raise Refused(gone)


def _wait(holds: Callable[[], bool], seconds: float = 30) -> bool:
    """Whether it holds within so many seconds."""
    end = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > end:
            return False
        time.sleep(0.1)
    return True


def _running(home: Path, name: str) -> int:
    """The daemon's process, 0 where there is none: a killed one stays a zombie for a while."""
    try:
        pid = int(_pid_file(home, name).read_text("utf-8"))
        told, _, state = Path(f"/proc/{pid}/stat").read_text("utf-8").rpartition(")")
    except (OSError, ValueError):
        return 0
    # a number that another process has got since is not ours
    return pid if f"({name[:15]}" in told and not state.startswith(" Z") else 0


def _pid_file(home: Path, name: str) -> Path:
    return home / f"{name}.pid"


def _said(*command: str) -> str:
    """What a command printed, nothing where it failed or hung."""
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=10, check=False)
    except subprocess.TimeoutExpired:
        return ""
    return done.stdout if done.returncode == 0 else ""


def _answers(*command: str) -> bool:
    try:
        return subprocess.run(command, capture_output=True, timeout=10, check=False).returncode == 0
    except subprocess.TimeoutExpired:
        return False


def _free_ports(number: int) -> list[int]:
    sockets = [socket.socket() for _ in range(number)]
    for one in sockets:
        one.bind(("127.0.0.1", 0))
    ports = [one.getsockname()[1] for one in sockets]
    for one in sockets:
        one.close()
    return ports


def main(arguments: list[str]) -> int:
    """Exit code: 0 done, 1 refused (said in one line), 2 not understood."""
    if len(arguments) != 2 or arguments[0] not in ("up", "down"):
        print(__doc__.strip(), file=sys.stderr)
        return 2
    home = Path(arguments[1]).resolve()
    try:
        home.mkdir(parents=True, exist_ok=True)
        {"up": up, "down": down}[arguments[0]](home)
    except Refused as reason:
        print(f"no Slurm: {reason}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
