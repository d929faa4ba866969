"""Every file of the site at once: checked, written beside, put in place by one swap."""

import ctypes
import errno
import os
import re
import shutil
from collections.abc import Container, Mapping
from pathlib import Path
from posixpath import dirname, join, normpath
from urllib.parse import unquote, urlsplit

from crawler.errors import SiteError
from crawler.site import build
from crawler.site.kept import ANEW, Anew

# One after the other: an expression that begins with fixed words is searched for much faster.
# What others wrote is marked, and may name any place, also one of ours that is not there. A link
# into its own page has no other end.
_LINKS = (re.compile(rb'href="(?!#)([^"]*)"(?! rel="nofollow)'), re.compile(rb'src="([^"]*)"'))
_INDEX = re.compile(r"(?:^|(?<=/))index\.html$")
_READ = frozenset("%?#")
"""What a link means something by, so that a name that has it stands in none as it is."""
_EXCHANGE = 2
_AT_FDCWD = -100


def together(*parts: Mapping[str, bytes], base: str, memory: Anew = ANEW) -> dict[str, bytes]:
    """The files of all renderers. Raises SiteError when two claim a path or a link is broken.

    `base` is the address of the site, for links that are written out in full. The links of pages
    that `memory` took over are those of the last build, which checked them.
    """
    files: dict[str, bytes] = {}
    for part in parts:
        for path, body in part.items():
            if path in files:
                raise SiteError(f"{path}: two renderers claim this path")
            files[path] = body
    check_links(files, base, memory.linked(files))
    return files


def check_links(files: Mapping[str, bytes], base: str, sound: Container[str] = ()) -> None:
    """Raise SiteError, naming the page, for the first link that leads nowhere inside the site.

    `sound` are pages that need no look.
    """
    # Most links are the way to the root of the site, and from there a file or its folder.
    ends = {_INDEX.sub("", path).encode() for path in files if _READ.isdisjoint(path)}
    roots: dict[bytes, set[bytes]] = {}
    for page, body in files.items():
        if not page.endswith(".html") or page in sound:
            continue
        folder = dirname(page)
        root = b"../" * (folder.count("/") + 1) if folder else b"./"
        known = roots.get(root) or roots.setdefault(root, {root + end for end in ends})
        for link in {link for one in _LINKS for link in one.findall(body)} - known:
            goal = target(folder, link.decode().replace("&amp;", "&"), base)
            if goal is not None and goal not in files:
                raise SiteError(f"{page}: the link {link.decode()} leads nowhere")
            if link.startswith(root):
                known.add(link)


def target(folder: str, link: str, base: str) -> str | None:
    """The file that a link asks for; None when it leads out of the site or into its own page."""
    root = base.rstrip("/") + "/"
    if link.startswith(root) or link + "/" == root:
        link, folder = link[len(root) :], ""
    parts = urlsplit(link)
    if parts.scheme or parts.netloc or (not parts.path and link):
        return None
    path = normpath(join(folder, unquote(parts.path))) if parts.path else (folder or ".")
    wants_folder = not parts.path or parts.path.endswith("/") or path == "."
    return normpath(join(path, "index.html")) if wants_folder else path


def check_place(out: Path, *needed: Path) -> None:
    """Raise SiteError where a site in `out` would take the place of anything but an earlier site,
    or of one of the folders that are `needed`, or where nothing can take its place."""
    place = out.resolve()
    if place.is_mount():
        raise _mounted(out)
    # Whatever stands under the two names beside it is cleared away by `publish`.
    cleared = (place, *_beside(place))
    for one in needed:
        if any(one.resolve().is_relative_to(taken) for taken in cleared):
            raise SiteError(f"{out}: a site here would take the place of {one}")
    if place.is_dir() and any(place.iterdir()) and not (place / build.PATH).is_file():
        raise SiteError(f"{out}: is neither empty nor a site; empty it, or choose another folder")


def publish(files: Mapping[str, bytes], out: Path, standing: Container[str] = ()) -> None:
    """Write the site beside `out` and swap it in; a crash leaves the old site as it was.

    `standing` are paths of which it is known that the old site has the same bytes. Raises SiteError
    where a volume is mounted on `out`, of which not every kind can be told before.
    """
    out = Path(os.path.realpath(out))  # a link stays, what it leads to is swapped
    out.parent.mkdir(parents=True, exist_ok=True)
    new, old = _beside(out)
    if old.exists() and not out.exists():
        old.replace(out)
    for rest in (new, old):
        shutil.rmtree(rest, ignore_errors=True)
    try:
        _write(files, new, out, standing)
    except BaseException:
        # On a full disk it would keep the room that the next run needs for its journal.
        shutil.rmtree(new, ignore_errors=True)
        raise
    if not out.exists():
        new.replace(out)
        return
    if not _exchange(new, out):
        try:
            out.replace(old)
        except OSError as error:
            raise _mounted(out) if error.errno == errno.EBUSY else error from None
        new.replace(out)
    for rest in (new, old):
        shutil.rmtree(rest, ignore_errors=True)


def _mounted(out: Path) -> SiteError:
    return SiteError(
        f"{out}: a volume is mounted here, and a site is put in place whole; "
        f"choose a folder in it, such as {out / 'www'}"
    )


def _beside(out: Path) -> tuple[Path, Path]:
    """Where the next site is written, and where the last one waits."""
    return out.with_name(f"{out.name}.new"), out.with_name(f"{out.name}.old")


def _write(
    files: Mapping[str, bytes], folder: Path, before: Path, standing: Container[str]
) -> None:
    made: set[str] = set()
    root, old = str(folder), str(before)
    stood = os.path.isdir(old)
    os.makedirs(root)
    mode = _bits(root)
    for path, body in files.items():
        if (parent := dirname(path)) not in made:
            os.makedirs(f"{root}/{parent}", exist_ok=True)
            made.add(parent)
        same = stood and (path in standing or _same(f"{old}/{path}", body))
        if not (same and _linked(f"{old}/{path}", f"{root}/{path}", mode)):
            with open(f"{root}/{path}", "wb") as file:
                file.write(body)


def _same(old: str, body: bytes) -> bool:
    try:
        with open(old, "rb") as file:
            return os.fstat(file.fileno()).st_size == len(body) and file.read() == body
    except OSError:
        return False


def _bits(path: str) -> int:
    """Who may read and write there."""
    return os.lstat(path).st_mode & 0o666


def _linked(old: str, new: str, mode: int) -> bool:
    """Give a file that stays as it is a second name in the new folder: nothing is written to a
    published file ever again, and a link costs a tenth of a new file."""
    try:
        # Of a run with another umask: a link would keep from the web server what it cannot read.
        if os.path.islink(old) or _bits(old) != mode:
            return False
        os.link(old, new, follow_symlinks=False)
    except (OSError, NotImplementedError):
        return False
    return True


def _exchange(one: Path, two: Path) -> bool:
    """Swap two folders in one step, where the system can (Linux); readers never find neither."""
    try:
        swap = ctypes.CDLL(None, use_errno=True).renameat2
    except (OSError, AttributeError):
        return False
    source, target = os.fsencode(one), os.fsencode(two)
    return bool(swap(_AT_FDCWD, source, _AT_FDCWD, target, _EXCHANGE) == 0)
