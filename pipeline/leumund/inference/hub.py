"""Fetches a model's files from the hub once, at one commit, or finds them on this computer."""

from __future__ import annotations

from pathlib import Path

from leumund.errors import Misconfigured, Unavailable
from leumund.inference.manifest import Manifest


def fetch(manifest: Manifest, *, offline: bool, cache: Path | None = None) -> Path:
    """The folder that holds the files of the manifest at its revision.

    Args:
        manifest: names hub repository, commit and files; only these files are fetched.
        offline: never ask the network.
        cache: the hub's cache folder; default: the hub library's own (`HF_HOME`).

    Raises:
        Misconfigured: offline, and the files are not here.
        Unavailable: the hub cannot be reached.
    """
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HfHubHTTPError, LocalEntryNotFoundError

    try:
        folder = snapshot_download(
            manifest.hub,
            revision=manifest.revision,
            allow_patterns=list(manifest.files),
            local_files_only=offline,
            cache_dir=cache,
        )
    except (LocalEntryNotFoundError, HfHubHTTPError, OSError) as error:
        if offline:
            raise Misconfigured(
                f"model {manifest.name} is not on this computer; "
                "set offline = false in [model] once, or copy it into the hub's cache"
            ) from None
        raise Unavailable(f"model {manifest.name}: the hub cannot be reached: {error}") from None
    return Path(folder)
