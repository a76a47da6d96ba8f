"""RFC 7541's errors: h2spec's "hpack" cases, one test each, named by their sections."""

import pytest

from wire import COMPRESSION_ERROR, END_HEADERS, END_STREAM, HEADERS, common, frame

CASES = {
    # Index 70 is past the static table, and nothing has been put into the dynamic one.
    "2_3_3_1_indexed_field_with_an_index_that_is_not_there": b"\xc6",
    "2_3_3_2_literal_with_a_name_index_that_is_not_there": b"\x7f\x07\x05empty",
    "4_2_1_size_update_at_the_end_of_a_block": b"\x3f\x61",
    # x-test: a Huffman string whose last byte is all padding.
    "5_2_1_huffman_padding_longer_than_7_bits": b"\x00\x85\xf2\xb2\x4a\x84\xff\x84\x49\x50\x9f\xff",
    "5_2_2_huffman_padding_of_zeros": b"\x00\x85\xf2\xb2\x4a\x84\xff\x83\x49\x50\x90",
    "5_2_3_huffman_string_with_EOS": b"\x00\x85\xf2\xb2\x4a\x84\xff\x87\x49\x51\xff\xff\xff\xfa\x7f",
    "6_1_1_index_0": b"\x80",
}


@pytest.mark.parametrize("field", CASES.values(), ids=CASES)
def test_hpack_error_ends_the_connection(c, field):
    c.send(frame(HEADERS, END_STREAM | END_HEADERS, 1, c.block(common()) + field))
    c.expect_connection_error(COMPRESSION_ERROR)


def test_hpack_6_3_1_size_update_over_the_announced_size_ends_the_connection(c):
    # 4097, one more than SETTINGS_HEADER_TABLE_SIZE's default, where it is allowed to stand.
    block = b"\x3f\xe2\x1f" + c.block(common())
    c.send(frame(HEADERS, END_STREAM | END_HEADERS, 1, block))
    c.expect_connection_error(COMPRESSION_ERROR)
