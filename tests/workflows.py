"""Runs the scripts of a workflow as they stand, with what GitHub would put around them.

Actions are played by functions; expressions are evaluated as far as our workflows use them.
"""

import os
import re
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

_EXPRESSION = re.compile(r"\$\{\{(.*?)\}\}", re.DOTALL)


class Context(dict[str, Any]):
    """A context of GitHub's: what is not there is empty."""

    def __getattr__(self, name: str) -> Any:
        found = self.get(name, self.get(name.replace("_", "-"), ""))
        return Context(found) if isinstance(found, Mapping) else found


_NOTHING: Mapping[str, Any] = {}


@dataclass(slots=True)
class Ended:
    """How a job ended: `result` as GitHub names it, its outputs, what each step printed."""

    result: str
    outputs: dict[str, str] = field(default_factory=dict)
    said: dict[str, str] = field(default_factory=dict)


Action = Callable[[Path, dict[str, Any]], dict[str, str]]


@dataclass(slots=True)
class Runner:
    """`actions` play the actions by their names; one raises to fail. `env` is that of the machine.

    `github` is the context of that name; `variables`, `secrets` and `inputs` are those of the
    repository and of the dispatch.
    """

    workflow: Path
    env: Mapping[str, str]
    github: Mapping[str, Any]
    actions: Mapping[str, Action]
    variables: Mapping[str, str] = field(default_factory=dict)
    inputs: Mapping[str, Any] = field(default_factory=dict)
    secrets: Mapping[str, str] = field(default_factory=dict)

    def run(
        self, checkout: Callable[[str], Path], before: Mapping[str, Ended] = _NOTHING
    ) -> dict[str, Ended]:
        """Every job in the order of the file; `checkout` gives each a fresh machine.

        Of an attempt `before` the jobs that succeeded are taken as they ended.
        """
        ended: dict[str, Ended] = {}
        jobs = yaml.safe_load(self.workflow.read_text("utf-8"))["jobs"]
        for name, job in jobs.items():
            if name in before and before[name].result == "success":
                ended[name] = before[name]
                continue
            scope = self._scope(needs={one: _told(ended[one]) for one in _needs(job)})
            # A job that was skipped or failed is one for all that come after it, however far.
            line = _before(job, jobs)
            scope["success"] = lambda line=line: all(ended[o].result == "success" for o in line)
            if not _begins(job, scope):
                ended[name] = Ended("skipped")
                continue
            ended[name] = self._job(job, checkout(name), scope)
        return ended

    def begins(self, job: str) -> bool:
        """Whether a job that needs no other would begin."""
        jobs = yaml.safe_load(self.workflow.read_text("utf-8"))["jobs"]
        return _begins(jobs[job], self._scope(success=lambda: True))

    def _scope(self, **more: Any) -> dict[str, Any]:
        return {
            "github": Context(self.github),
            "vars": Context(self.variables),
            "inputs": Context(self.inputs),
            "secrets": Context(self.secrets),
            "steps": Context(),
            "cancelled": lambda: False,
            **{k: Context(v) if isinstance(v, Mapping) else v for k, v in more.items()},
        }

    def _job(self, job: dict[str, Any], place: Path, scope: dict[str, Any]) -> Ended:
        ended = Ended("success")
        for number, step in enumerate(job["steps"]):
            scope["success"] = lambda: ended.result == "success"
            key = step.get("id", f"step{number}")
            if not _begins(step, scope):
                scope["steps"][key] = {"outcome": "skipped", "outputs": {}}
                continue
            code, outputs, said = self._step(step, place, scope)
            ended.said[step.get("name", key)] = said
            scope["steps"][key] = {"outcome": "failure" if code else "success", "outputs": outputs}
            if code and not step.get("continue-on-error"):
                ended.result = "failure"
        ended.outputs = {
            name: str(_fill(value, scope)) for name, value in job.get("outputs", {}).items()
        }
        return ended

    def _step(
        self, step: dict[str, Any], place: Path, scope: dict[str, Any]
    ) -> tuple[int, dict[str, str], str]:
        if "uses" in step:
            given = {key: _fill(value, scope) for key, value in step.get("with", {}).items()}
            try:
                return 0, self.actions[step["uses"].partition("@")[0]](place, given), ""
            except OSError as error:
                return 1, {}, str(error)
        outputs = place.parent / f"{place.name}.outputs"
        outputs.write_text("", "utf-8")
        env = {key: str(_fill(value, scope)) for key, value in step.get("env", {}).items()}
        done = subprocess.run(
            ["bash", "--noprofile", "--norc", "-e", "-o", "pipefail", "-c", step["run"]],
            cwd=place,
            env={**os.environ, **self.env, **env, "GITHUB_OUTPUT": str(outputs)},
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=200,
            check=False,
        )
        lines = outputs.read_text("utf-8").splitlines()
        found = dict(line.split("=", 1) for line in lines)
        return done.returncode, found, done.stdout


def _needs(job: Mapping[str, Any]) -> list[str]:
    needs = job.get("needs", [])
    return [needs] if isinstance(needs, str) else needs


def _before(job: Mapping[str, Any], jobs: Mapping[str, Any]) -> set[str]:
    """The jobs that one needs, and those that they need, and so on."""
    near = _needs(job)
    return {*near}.union(*(_before(jobs[one], jobs) for one in near))


def _told(ended: Ended) -> dict[str, Any]:
    return {"result": ended.result, "outputs": ended.outputs}


def _begins(part: Mapping[str, Any], scope: dict[str, Any]) -> bool:
    """Whether a job or a step runs; one that does not ask how things went wants them well."""
    condition = _bare(str(part.get("if", "success()")))
    if not re.search(r"\b(success|failure|always|cancelled)\(\)", condition):
        condition = f"success() && ({condition})"
    return bool(_value(condition, scope))


def _bare(condition: str) -> str:
    found = _EXPRESSION.fullmatch(condition.strip())
    return found[1] if found else condition


def _fill(value: Any, scope: dict[str, Any]) -> Any:
    if not isinstance(value, str):
        return value
    whole = _EXPRESSION.fullmatch(value)
    if whole:
        return _shown(_value(whole[1], scope))
    return _EXPRESSION.sub(lambda found: str(_shown(_value(found[1], scope))), value)


def _shown(value: Any) -> Any:
    return str(value).lower() if isinstance(value, bool) else value


def _value(expression: str, scope: dict[str, Any]) -> Any:
    python = expression.replace("&&", " and ").replace("||", " or ")
    python = re.sub(r"!(?!=)", " not ", python)
    return eval(" ".join(python.split()), {"__builtins__": {}}, scope)  # noqa: S307 (our own files)
