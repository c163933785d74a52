"""Between Arrow and NumPy, by their buffers.

Arrow's own conversions look whether a value is a pandas object, and so import pandas wherever it is installed: over a second
that nobody asked for. These do not, and they copy nothing that they need not.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa


def numbers_of(column: pa.Array) -> npt.NDArray[Any]:
    """(n,) the numbers of an integer, floating or boolean column without nulls; read-only, in the column's own type."""
    if pa.types.is_boolean(column.type):
        return numbers_of(column.cast(pa.uint8())).astype(np.bool_)
    dtype = np.dtype(column.type.to_pandas_dtype())
    data = column.buffers()[1]
    if data is None:
        return np.empty(0, dtype=dtype)
    return np.frombuffer(data, dtype=dtype, count=len(column), offset=column.offset * dtype.itemsize)


def column_of_numbers(numbers: npt.NDArray[Any]) -> pa.Array:
    """A column of the same numbers, (n,) of an integer or floating type or boolean."""
    if numbers.dtype == np.bool_:
        return column_of_numbers(numbers.astype(np.uint8)).cast(pa.bool_())
    native = np.ascontiguousarray(numbers, dtype=numbers.dtype.newbyteorder("="))
    return pa.Array.from_buffers(pa.from_numpy_dtype(native.dtype), len(native), [None, pa.py_buffer(native)])


def column_of_texts(texts: Sequence[str]) -> pa.Array:
    """A column of the same texts."""
    encoded = [text.encode() for text in texts]
    offsets = np.zeros(len(texts) + 1, dtype=np.int64)
    np.cumsum([len(text) for text in encoded], out=offsets[1:])
    buffers = [None, pa.py_buffer(offsets), pa.py_buffer(b"".join(encoded))]
    return pa.Array.from_buffers(pa.large_string(), len(texts), buffers).cast(pa.string())
