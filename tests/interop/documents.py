"""Reads every DID Core 1.0 representation of a DID with pydid: documents.py URL DID [PART...]"""

import json
import sys
from urllib.request import Request, urlopen
from urllib.error import HTTPError

from pydid import DIDDocument, DIDUrl
from pydid.verification_method import JsonWebKey2020, Multikey

FORMS = ["application/did+ld+json", "application/did+json"]
KEYS = {"": Multikey, "?transformKeys=JsonWebKey2020": JsonWebKey2020}


def fetch(address: str, accept: str) -> dict:
    """The document at an address; that of an ended DID comes with status 410."""
    try:
        answer = urlopen(Request(address, headers={"accept": accept}), timeout=10)
    except HTTPError as error:
        assert error.code == 410, f"{address}: {error.code} {error.read()!r}"
        answer = error
    assert answer.headers["content-type"] == accept, answer.headers["content-type"]
    return json.loads(answer.read())


def main(url: str, did: str, *parts: str) -> None:
    for form in FORMS:
        for query, kind in KEYS.items():
            told = fetch(f"{url}/1.0/identifiers/{did}{query}", form)
            document = DIDDocument.deserialize(told)
            assert document.id == did
            for part in parts:
                document.dereference(DIDUrl.parse(f"{did}#{part}"))
            for method in document.verification_method or []:
                assert isinstance(method, kind), type(method)
                assert method.controller == did
            written = document.serialize()
            assert {name: written[name] for name in told if name != "@context"} == {
                name: told[name] for name in told if name != "@context"
            }, "what is read and written again is the same"


if __name__ == "__main__":
    main(*sys.argv[1:])
