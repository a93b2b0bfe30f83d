import pytest
import torch

from engine.declare.codec import CodecError, digest_of, encode
from engine.store.ref import INLINE, pack, refer, unpack

LARGE = "x" * (INLINE + 1)


def test_a_scalar_travels_inside_its_ref() -> None:
    ref, blobs = refer(2.5)

    assert (ref.form, ref.data, ref.digest) == ("inline", encode(2.5), digest_of(encode(2.5)))
    assert blobs == {}


def test_a_large_value_is_a_blob_named_by_its_digest() -> None:
    ref, blobs = refer(LARGE)

    assert (ref.form, ref.size) == ("record", len(encode(LARGE)))
    assert blobs == {digest_of(encode(LARGE)): encode(LARGE)}


def test_large_tensors_are_safetensors() -> None:
    ref, _ = refer(torch.zeros(INLINE))

    assert ref.form == "tensors"


def test_a_list_with_a_large_item_is_stored_item_by_item() -> None:
    ref, blobs = refer([1, LARGE.encode(), torch.zeros(INLINE), torch.zeros(INLINE)])

    assert [item.form for item in ref.items] == ["inline", "record", "tensors", "tensors"]
    assert len(blobs) == 2
    assert ref.size == sum(item.size for item in ref.items)


def test_a_list_of_small_items_is_one_value() -> None:
    ref, blobs = refer([torch.zeros(2), torch.ones(2)])

    assert ref.form == "inline"
    assert blobs == {}


def test_lists_that_differ_have_different_digests() -> None:
    one, two = torch.zeros(INLINE), torch.ones(INLINE)
    digests = {
        refer(value)[0].digest for value in ([one, two], [two, one], [one], [[one], two], [one, [two]])
    }

    assert len(digests) == 5


def test_equal_values_have_equal_digests() -> None:
    assert refer([torch.zeros(INLINE), 1])[0] == refer([torch.zeros(INLINE), 1])[0]


def test_refs_survive_packing() -> None:
    outputs = {"a": refer(1)[0], "b": refer([LARGE.encode(), [torch.zeros(INLINE)]])[0], "c": refer(LARGE)[0]}

    assert unpack(pack(outputs)) == outputs


def test_a_value_that_can_not_be_stored_is_refused() -> None:
    with pytest.raises(CodecError, match="stored=False"):
        refer(object())
