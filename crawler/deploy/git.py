"""A bare repository of our own that knows one remote; the only place that starts `git`."""

import base64
import re
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from urllib.parse import urlsplit

from crawler import text
from crawler.errors import Refused

SHA = re.compile(r"[0-9a-f]{40}")
_TIMEOUT = 180
_LATE = (
    "cannot lock ref",
    "failed to update ref",
    "incorrect old value",
    "reference already exists",
    "reference does not exist",
    "non-fast-forward",
    "fetch first",
)
_QUIET = ("--quiet", "--no-tags", "--depth=1", "--no-write-commit-graph")
_RULES = ("GH006", "GH013")
_NO_PERMISSION = ("error: 403", "denied", "authentication", "could not read username")
_WHO = "github-actions[bot]"
_MAIL = "41898282+github-actions[bot]@users.noreply.github.com"
_WAY = frozenset(
    "GIT_SSH GIT_SSH_COMMAND GIT_SSH_VARIANT GIT_SSL_CAINFO GIT_SSL_CAPATH GIT_ASKPASS".split()
)
"""Variables that say how to reach a remote. Others say where a repository is, and that is ours."""
_SETTINGS = {
    "core.autocrlf": "false",
    "core.compression": "9",
    "gc.auto": "2000",
    "gc.autoDetach": "false",
    "advice.graftFileConfig": "false",
    "protocol.version": "2",
}


class Git:
    """A repository in `folder`, made at need, and the address of its remote.

    `token` signs in at a remote behind https; it reaches git by its environment, never by its
    arguments, and no error repeats it. `environment` is that of this process.
    """

    def __init__(
        self, folder: Path, remote: str, environment: Mapping[str, str], token: str = ""
    ) -> None:
        self.folder, self.remote = folder, remote
        login = base64.b64encode(f"x-access-token:{token}".encode()).decode()
        self._secrets = tuple(one for one in (login, token) if token)
        settings = dict(_SETTINGS)
        if trusted := environment.get("SSL_CERT_FILE"):
            settings["http.sslCAInfo"] = trusted
        parts = urlsplit(remote)
        if token and parts.scheme == "https":
            place = f"http.https://{parts.netloc}/.extraheader"
            settings[place] = f"AUTHORIZATION: basic {login}"
        self._environment = {
            **{
                key: value
                for key, value in environment.items()
                if key in _WAY or not key.startswith("GIT_")
            },
            **dict.fromkeys(("GIT_AUTHOR_NAME", "GIT_COMMITTER_NAME"), _WHO),
            **dict.fromkeys(("GIT_AUTHOR_EMAIL", "GIT_COMMITTER_EMAIL"), _MAIL),
            "GIT_DIR": str(folder),
            "GIT_TERMINAL_PROMPT": "0",
            "LC_ALL": "C",
            "GIT_CONFIG_COUNT": str(len(settings)),
        }
        for number, (key, value) in enumerate(settings.items()):
            self._environment[f"GIT_CONFIG_KEY_{number}"] = key
            self._environment[f"GIT_CONFIG_VALUE_{number}"] = value

    def run(self, *args: str, given: bytes = b"", more: Mapping[str, str] | None = None) -> bytes:
        """What a command prints; `more` joins its environment. Raises Refused where it fails."""
        done = self.attempt(*args, given=given, more=more)
        if done.returncode:
            raise Refused(f"git {args[0]}: {self.said(done)}")
        return done.stdout

    def attempt(
        self, *args: str, given: bytes = b"", more: Mapping[str, str] | None = None
    ) -> "subprocess.CompletedProcess[bytes]":
        """A command to its end, whatever that is. Raises Refused where git is missing or hangs."""
        return _git(args, {**self._environment, **(more or {})}, given)

    def said(self, done: "subprocess.CompletedProcess[bytes]") -> str:
        """The end of what a command said, as one line without secrets."""
        words = (done.stderr or done.stdout).decode("utf-8", "replace")
        return self._clean(words) or f"exit code {done.returncode}"

    def tip(self, branch: str) -> str | None:
        """The newest commit of a branch of the remote, fetched here alone; None without one.

        What an earlier fetch brought is not fetched again. Raises Refused.
        """
        ref = f"refs/heads/{branch}"
        listed = self._asked(ref)
        if listed is None:
            return None
        if not SHA.fullmatch(listed):
            raise Refused(f"git ls-remote: {text.line(listed)} is no commit that we know")
        # What came last time stays under a name, so that only the difference travels.
        kept = f"refs/remotes/{branch}"
        fetch = ("fetch", *_QUIET, self.remote, f"+{ref}:{kept}")
        if self.attempt(*fetch).returncode:
            # What is here may be damaged, as a cache may be; a fresh copy takes its place.
            shutil.rmtree(self.folder, ignore_errors=True)
            self._make()
            self.run(*fetch)
        return self.run("rev-parse", "--verify", kept).decode().strip()

    def push(self, commit: str, branch: str) -> bool:
        """Let a branch of the remote go on to a commit; False where the remote has moved on.

        Never by force. Raises Refused where the remote does not let us, or cannot be reached.
        """
        target = f"{commit}:refs/heads/{branch}"
        done = self.attempt("push", "--porcelain", self.remote, target)
        if not done.returncode:
            return True
        summary = rejection(done.stdout.decode("utf-8", "replace"))
        if late(summary):
            return False
        parts = (self._clean(summary), self.said(done))
        words = ": ".join(part for part in parts if part)
        advice = _advice(done.stderr.decode("utf-8", "replace"), branch)
        raise Refused(f"git push: {words}{advice}")

    def _clean(self, words: str) -> str:
        for one in self._secrets:
            words = words.replace(one, "***")
        return text.line(words[-500:], 400)

    def _asked(self, ref: str) -> str | None:
        self._make()
        done = self.attempt("ls-remote", "--exit-code", self.remote, ref)
        if done.returncode == 2:
            return None
        if done.returncode:
            # Anything else is a failure, and never an empty history.
            raise Refused(f"git ls-remote: {self.said(done)}")
        return done.stdout.decode().split()[0]

    def _make(self) -> None:
        if not (self.folder / "HEAD").is_file():
            self.folder.mkdir(parents=True, exist_ok=True)
            self.run("init", "--quiet", "--bare", str(self.folder))


def _git(
    args: Sequence[str], environment: Mapping[str, str], given: bytes = b""
) -> "subprocess.CompletedProcess[bytes]":
    try:
        return subprocess.run(  # noqa: S603 (git alone, no shell)
            ["git", *args],  # noqa: S607 (where it lies is the machine's affair)
            env=dict(environment),
            input=given,
            capture_output=True,
            timeout=_TIMEOUT,
            check=False,
        )
    except FileNotFoundError:
        raise Refused("git is not installed") from None
    except subprocess.TimeoutExpired:
        raise Refused(f"git {args[0]}: not done after {_TIMEOUT} s") from None


def rejection(report: str) -> str:
    """Why a branch was not taken, as `git push --porcelain` prints it: "[rejected] (fetch first)".

    "" where it does not say, as when nobody answered.
    """
    rows = (row.split("\t", 2) for row in report.splitlines())
    return next((row[2] for row in rows if row[0] == "!" and len(row) == 3), "")


def late(summary: str) -> bool:
    """Whether a rejection means that another push came first; a refusal by a rule does not."""
    if summary.startswith("[remote rejected]"):
        return any(one in summary for one in _LATE)
    return summary.startswith("[rejected]")


def _advice(said: str, branch: str) -> str:
    """What to do about a push that the remote refused, by what git said beside its report."""
    if any(one in said for one in _RULES):
        return f"; a rule of the repository forbids it: let Actions push to the branch `{branch}`"
    if any(one in said.lower() for one in _NO_PERMISSION):
        return "; the token needs the permission `contents: write`"
    return ""


def origin(environment: Mapping[str, str]) -> str:
    """The address of `origin` in the clone that we are in, or "". Raises Refused without git."""
    done = _git(("remote", "get-url", "origin"), environment)
    return "" if done.returncode else done.stdout.decode().strip()
