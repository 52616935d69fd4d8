"""Hold a crate against profiles with rocrate-validator, without the network.

Run by the Python of an environment of its own (make crate-check), with a crate, a folder to work in
and names of profiles; prints what the validator finds, as JSON: [[severity, check, message, of]].

The validator fetches the context of RO-Crate 1.1 from its address. Here its cache gets that
document from the package `rocrate`, which brings it.
"""

import io
import json
import sys
from importlib.resources import files
from pathlib import Path

import requests
from requests.adapters import BaseAdapter
from requests_cache import CachedSession
from rocrate_validator import services
from rocrate_validator.models import Severity, ValidationSettings

CONTEXT = "https://w3id.org/ro/crate/1.1/context"


class Brought(BaseAdapter):
    """Answers with the context that the package brings."""

    def send(self, request, **_):
        answer = requests.Response()
        answer.status_code, answer.url, answer.request = 200, request.url, request
        answer.headers["Content-Type"] = "application/ld+json"
        data = files("rocrate").joinpath("data/ro-crate.jsonld").read_bytes()
        assert json.loads(data)["@id"] == CONTEXT
        answer.raw = requests.packages.urllib3.HTTPResponse(
            io.BytesIO(data), status=200, headers=answer.headers, preload_content=False
        )
        return answer

    def close(self):
        """There is nothing to close."""


def main(crate: str, folder: str, *profiles: str) -> None:
    cache = str(Path(folder) / "cache")
    with CachedSession(cache, backend="sqlite", expire_after=-1) as session:
        session.mount(CONTEXT, Brought())
        session.get(CONTEXT)
    found = []
    for profile in profiles:
        settings = ValidationSettings(
            rocrate_uri=crate,
            profile_identifier=profile,
            requirement_severity=Severity.RECOMMENDED,
            offline=True,
            cache_path=Path(cache),
        )
        found += [
            [i.severity.name, i.check.identifier, i.message, str(i.violatingEntity)]
            for i in services.validate(settings).get_issues()
        ]
    print(json.dumps(found))


if __name__ == "__main__":
    main(*sys.argv[1:])
