"""Holds exported fixtures against the rules of github.com/w3c/did-test-suite that need no browser: fixtures.py FOLDER"""

import json
import re
import sys
from pathlib import Path

DID = re.compile(r"^did:[a-z0-9]+(:[A-Za-z0-9._%-]*)*:[A-Za-z0-9._%-]+$")
DID_URL = re.compile(r"^did:[a-z0-9]+(:[A-Za-z0-9._%-]*)*:[A-Za-z0-9._%-]+(/[!-~]*)?(\?[!-~]*)?(#[!-~]*)?$")
TIME = re.compile(r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$")


def check_metadata(metadata: dict, is_ended: bool) -> None:
    assert metadata.get("deactivated", False) is is_ended, metadata
    for name in ["created", "updated", "nextUpdate"]:
        assert name not in metadata or TIME.match(metadata[name]), metadata
    assert isinstance(metadata.get("versionId", ""), str)
    assert metadata.get("updated", metadata["created"]) >= metadata["created"]


def check_document(document: dict, did: str) -> None:
    assert document["id"] == did
    methods = {method["id"]: method for method in document.get("verificationMethod", [])}
    for method in methods.values():
        assert DID_URL.match(method["id"]) and DID.match(method["controller"]) and method["type"]
    for relationship in ["authentication", "assertionMethod", "capabilityInvocation"]:
        assert all(name in methods for name in document.get(relationship, []))


def check_method(file: dict) -> None:
    assert file["dids"], "no DID is shown"
    for did in file["dids"]:
        assert DID.match(did)
        properties = file[did]["didDocumentDataModel"]["properties"]
        check_document(properties, did)
        for media in file["supportedContentTypes"]:
            shown = file[did][media]
            entries = shown["didDocumentDataModel"]["representationSpecificEntries"]
            assert json.loads(shown["representation"]) == {**properties, **entries}
            assert shown["didResolutionMetadata"]["contentType"] == media
            assert ("@context" in entries) is (media != "application/did+json")
            check_metadata(shown["didDocumentMetadata"], False)


def check_executions(file: dict, is_1_0: bool) -> None:
    outcomes = {place: name for name, places in file["expectedOutcomes"].items() for place in places}
    assert sorted(outcomes) == list(range(len(file["executions"])))
    for place, call in enumerate(file["executions"]):
        outcome, output = outcomes[place], call["output"]
        about = output.get("didResolutionMetadata", output.get("dereferencingMetadata"))
        beside = output.get("didDocumentMetadata", output.get("contentMetadata"))
        if outcome.endswith("ErrorOutcome"):
            word = outcome.removesuffix("ErrorOutcome")
            error = about["error"] if is_1_0 else about["error"]["type"].split("#")[1].replace("_", "").lower()
            assert error == (word if is_1_0 else word.lower()), (outcome, error)
            assert beside == {} and not output.get("didDocument") and not output.get("contentStream")
            continue
        assert "error" not in about, about
        check_metadata(beside, outcome == "deactivatedOutcome")
        if call["function"] == "resolve":
            assert not is_1_0 or "contentType" not in about
            is_absent = not is_1_0 and outcome == "deactivatedOutcome"
            assert is_absent or output["didDocument"]["id"] == call["input"]["did"]
        else:
            stream = output.get("didDocumentStream", output.get("contentStream"))
            assert json.loads(stream)["id"] == call["input"].get("did", call["input"].get("didUrl"))
            assert about["contentType"] in call["input"].get("resolutionOptions", call["input"].get("dereferenceOptions")).values()


def main(folder: str) -> None:
    for suffix in ["", "-1.1"]:
        read = lambda kind: json.loads(Path(folder, f"{kind}-realdid{suffix}.json").read_text())
        check_method(read("did"))
        for kind in ["resolver", "dereferencer"]:
            check_executions(read(kind), suffix == "")
    outcomes = json.loads(Path(folder, "resolver-realdid.json").read_text())["expectedOutcomes"]
    expected = {"defaultOutcome", "deactivatedOutcome", "invalidDidErrorOutcome", "notFoundErrorOutcome"}
    assert set(outcomes) == expected, set(outcomes)
    print("the fixtures hold what the suite asks of them")


if __name__ == "__main__":
    main(*sys.argv[1:])
