"""Rows of numbers, eight at a time, and the bits of a word: for compiled loops, and the same bytes on every processor.

The compiler may not reorder sums of floats (`arithmetic.py`), so it adds the terms of a dot product one after the other and leaves
most of the processor idle. Here the order is written with eight running sums in the first place, in the compiler's own
language (LLVM), where a row of eight is one value: a processor with wide registers takes it in one step, another in several,
and each does the same additions in the same order. Rows are those of C-contiguous float64 tables whose width is a multiple of
eight (`width_for`), zero where nothing is meant. These functions can be called from compiled code only.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from llvmlite import ir
from numba.core import cgutils, types
from numba.extending import intrinsic

WIDTH = 8
_EIGHT = ir.VectorType(ir.DoubleType(), WIDTH)
_INDEX = ir.IntType(32)
_TO_WHOLE = 6755399441055744.0
"""1.5 x 2^52: added to a number below 2^51 it leaves no room for a fraction, so that taking it away again rounds, half to even."""

Signature = tuple[Any, Callable[..., Any]]


def width_for(length: int) -> int:
    """The least multiple of eight that holds `length` numbers."""
    return -(-length // WIDTH) * WIDTH


def _dot_rows(_typing: Any, left: Any, i: Any, right: Any, j: Any) -> Signature:
    """Dot product of row i of `left` and row j of `right`: eight running sums, then halves added to halves."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        width, one = _row(context, builder, signature.args[0], arguments[0], arguments[1])
        _, other = _row(context, builder, signature.args[2], arguments[2], arguments[3])
        with builder.goto_entry_block():
            sums = builder.alloca(_EIGHT)
        builder.store(ir.Constant(_EIGHT, None), sums)
        with _steps(builder, width) as at:
            product = builder.fmul(_load(builder, one, at), _load(builder, other, at))
            builder.store(builder.fadd(builder.load(sums), product), sums)
        return _folded(builder, builder.load(sums))

    return types.float64(left, types.int64, right, types.int64), generate


def _add_row(_typing: Any, into: Any, i: Any, factor: Any, row: Any, j: Any) -> Signature:
    """Row i of `into` plus `factor` times row j of `row`, in place."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return _added(context, builder, signature, arguments, lambda product: product)

    return types.void(into, types.int64, types.float64, row, types.int64), generate


def _add_row_in_wholes(_typing: Any, into: Any, i: Any, factor: Any, row: Any, j: Any) -> Signature:
    """The same, each product (below 2^51) rounded to the nearest whole number first, half to even.

    A float64 is exact for whole numbers up to 2^53, so such sums depend on no order as long as they stay below.
    """

    def rounded(builder: Any, product: Any) -> Any:
        large = ir.Constant(_EIGHT, [_TO_WHOLE] * WIDTH)
        return builder.fsub(builder.fadd(product, large), large)

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return _added(context, builder, signature, arguments, lambda product: rounded(builder, product))

    return types.void(into, types.int64, types.float64, row, types.int64), generate


def _ones(_typing: Any, word: Any) -> Signature:
    """How many bits of a 64-bit word are set, as a signed number."""

    def generate(_context: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
        return builder.ctpop(arguments[0])

    return types.int64(types.uint64), generate


dot_rows: Any = intrinsic(_dot_rows)
ones: Any = intrinsic(_ones)
add_row: Any = intrinsic(_add_row)
add_row_in_wholes: Any = intrinsic(_add_row_in_wholes)


def _added(context: Any, builder: Any, signature: Any, arguments: Any, made: Callable[[Any], Any]) -> Any:
    width, target = _row(context, builder, signature.args[0], arguments[0], arguments[1])
    _, row = _row(context, builder, signature.args[3], arguments[3], arguments[4])
    first = builder.insert_element(ir.Constant(_EIGHT, ir.Undefined), arguments[2], ir.Constant(_INDEX, 0))
    factor = _shuffled(builder, first, [0] * WIDTH)
    with _steps(builder, width) as at:
        product = made(builder.fmul(factor, _load(builder, row, at)))
        place = builder.gep(target, [at])
        old = builder.load(builder.bitcast(place, _EIGHT.as_pointer()), align=8)
        builder.store(builder.fadd(old, product), builder.bitcast(place, _EIGHT.as_pointer()), align=8)
    return context.get_dummy_value()


def _row(context: Any, builder: Any, kind: Any, array: Any, number: Any) -> tuple[Any, Any]:
    """Width of a table, and where a row of it begins."""
    table = context.make_array(kind)(context, builder, array)
    width = builder.extract_value(table.shape, 1)
    return width, builder.gep(table.data, [builder.mul(number, width)])


@contextmanager
def _steps(builder: Any, width: Any) -> Iterator[Any]:
    """A loop over a row, eight numbers at a time; yields where the eight begin."""
    eight = ir.Constant(width.type, WIDTH)
    with cgutils.for_range(builder, builder.udiv(width, eight)) as loop:
        yield builder.mul(loop.index, eight)


def _load(builder: Any, row: Any, at: Any) -> Any:
    place = builder.bitcast(builder.gep(row, [at]), _EIGHT.as_pointer())
    return builder.load(place, align=8)  # of one number: rows begin where they like


def _shuffled(builder: Any, vector: Any, order: list[int]) -> Any:
    wanted = ir.Constant(ir.VectorType(_INDEX, len(order)), order)
    return builder.shuffle_vector(vector, ir.Constant(vector.type, ir.Undefined), wanted)


def _folded(builder: Any, vector: Any) -> Any:
    """The upper half added to the lower, until one number is left."""
    for half in (4, 2, 1):
        lower, upper = (_shuffled(builder, vector, list(range(a, a + half))) for a in (0, half))
        vector = builder.fadd(lower, upper)
    return builder.extract_element(vector, ir.Constant(_INDEX, 0))
