"""Quotes as Web Annotations, exactly."""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from rag.export import export
from rag.export.annotations import CONTEXT
from rag.export.uri import of_quote, of_source
from tests.answers import LOG, NOTED, ROW, SLEPT, WITNESSED, answer, problems

Edit = Callable[[dict[str, Any]], object]


def collection(*quotes: Any, question: str = "Who slept?") -> dict[str, Any]:
    made: dict[str, Any] = json.loads(export([answer(*quotes, question=question)], "annotations"))
    return made


def test_a_quote_is_found_by_words_and_by_place() -> None:
    made = collection(replace(ROW, position="B"))
    (found,) = made["first"]["items"]
    assert found.pop("id").startswith("urn:uuid:")
    assert found == {
        "type": "Annotation",
        "motivation": "highlighting",
        "body": [
            {
                "type": "TextualBody",
                "purpose": "questioning",
                "format": "text/plain",
                "value": "Who slept?",
            },
            {
                "type": "TextualBody",
                "purpose": "describing",
                "format": "text/plain",
                "value": "the mate, quoted in Anna Reed, “A Log & Its {Notes},” "
                "sea/the log #1.txt, ¶7, at n. *.",
            },
            {
                "type": "TextualBody",
                "purpose": "classifying",
                "format": "text/plain",
                "value": "Position B",
            },
        ],
        "target": {
            "id": of_quote(ROW),
            "type": "SpecificResource",
            "source": of_source(LOG),
            "selector": [
                {
                    "type": "TextQuoteSelector",
                    "exact": "“Row on,” he said.",
                    "prefix": "The mate\nslept. ",
                    "suffix": "* He rowed.\n* Told at the inn.",
                },
                {"type": "TextPositionSelector", "start": 16, "end": 34},
            ],
        },
    }


def test_a_collection_has_one_page() -> None:
    made = collection(SLEPT, NOTED)
    page = made["first"]
    assert (made["@context"], made["type"], made["total"]) == (CONTEXT, "AnnotationCollection", 2)
    assert (page["type"], page["startIndex"], len(page["items"])) == ("AnnotationPage", 0, 2)
    assert len({made["id"], page["id"], *(each["id"] for each in page["items"])}) == 4


def test_ids_are_those_of_place_and_question() -> None:
    first = collection(SLEPT)
    assert collection(SLEPT) == first
    assert collection(SLEPT, question="Who?")["first"]["items"][0]["id"] not in json.dumps(first)


def test_a_single_annotation_and_a_page_are_checked_too() -> None:
    page = collection(WITNESSED, NOTED)["first"]
    assert problems(json.dumps({"@context": CONTEXT, **page})) == [None, None]
    assert problems(json.dumps({"@context": CONTEXT, **page["items"][0]})) == [None]


@pytest.mark.parametrize(
    ("edit", "problem"),
    [
        (lambda found: found["target"]["selector"][0].update(exact="Hm"), "target not as in"),
        (lambda found: found["target"]["selector"][0].update(prefix="Hm"), "target not as in"),
        (lambda found: found["target"]["selector"][1].update(start=1), "target not as in"),
        (lambda found: found["target"].update(source="pincite:x"), "target not as in"),
        (lambda found: found["target"].update(id="pincite:x"), "'pincite:x' is no citation"),
        (lambda found: found["target"].pop("id"), "it has no citation"),
        (lambda found: found["body"][1].update(value="nobody, ¶9."), "body not as in"),
        (lambda found: found["body"].append({"value": "Indeed."}), "body not as in"),
        (lambda found: found["body"][0].update(value="Who woke?"), "id not as in"),
        (lambda found: found["body"][2].update(value="Position true"), "body not as in"),
        (lambda found: found.update(body="Indeed."), "id, body not as in"),
        (lambda found: found.update(motivation="assessing"), "motivation not as in"),
        (lambda found: found.update(creator="Reed"), "creator not as in"),
    ],
    ids=range(13),
)
def test_whatever_is_changed_is_found(edit: Edit, problem: str) -> None:
    made = collection(replace(SLEPT, position="A"))
    edit(made["first"]["items"][0])
    (found,) = problems(json.dumps(made))
    assert problem in (found or "")
