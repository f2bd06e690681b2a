"""Bytes to typed values: the quick way and the tolerant way give the same answer for what is sound."""

import json

import pytest

from clinical.chart.decoding import NotJson, decode
from clinical.chart.wire import Resource
from tests.clinical.resources import bundle, observation


def test_a_sound_bundle_is_decoded_in_one_pass():
    resource = decode(bundle(observation()), Resource)
    assert resource.entry[0].resource.code.coding[0].code == "2276-4"
    assert resource.entry[0].resource.unreadable == ()


def test_one_ill_typed_element_costs_itself_and_is_named():
    bad = observation(valueQuantity={"value": 38, "unit": 7, "code": "ng/mL"})
    read = decode(bundle(bad, observation(id="o2")), Resource)
    first, second = (entry.resource for entry in read.entry)
    assert first.unreadable == ("valueQuantity.unit",)
    assert (first.value_quantity.code, first.value_quantity.unit) == ("ng/mL", None)
    assert second == decode(json.dumps(observation(id="o2")).encode(), Resource)


@pytest.mark.parametrize("entry", [3, None, "x", [], {"resource": 5}, {"resource": None}])
def test_an_entry_that_is_no_resource_never_costs_its_neighbour(entry):
    body = json.dumps({"resourceType": "Bundle", "entry": [entry, {"resource": observation()}]}).encode()
    found = [item.resource for item in decode(body, Resource).entry if item.resource]
    assert [resource.id for resource in found] == ["o1"]


def test_reported_precision_survives():
    raw = decode(b'{"resourceType":"Observation","valueQuantity":{"value":38.00}}', Resource).value_quantity.value
    assert bytes(raw) == b"38.00"


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b'{"a":NaN}',
        b'{"a":Infinity}',
        b"[" * 100_000,
        b'{"x":' + b"[" * 100_000,
        b"\xff\xfe",
        b"[]",
        b"3",
        b"null",
    ],
)
def test_what_is_not_json_or_not_an_object_is_refused_without_echo(body):
    with pytest.raises(NotJson) as refusal:
        decode(body, Resource)
    assert len(str(refusal.value)) < 200
