"""One loop that numba does not make well by itself: sums over links, in vector registers and with prefetch."""

from __future__ import annotations

from typing import Any

from llvmlite import ir
from numba.core import cgutils, types
from numba.extending import intrinsic

LANES = 16
"""Scenarios side by side in one worker: 16 doubles are two cache lines, which the processor fetches as a pair."""

AHEAD = 12
"""Links between asking for a row and using it: about what the memory behind the cache takes to answer (measured)."""


def _pull(typing: Any, into: Any, rows: Any, where: Any, share: Any, first: Any, last: Any) -> Any:
    """The worst group of some links, lane by lane: into[c] = max over groups of Σ_l share_l rows[where_l, c].

    A share below zero begins a new group; its size counts. As nothing is negative, the greatest partial sum is the
    greatest sum, so that each link is one multiplication, one sum and one comparison of a vector, without a branch.
    numba writes sums over a row of an array to memory at every link, as it cannot prove the arrays apart; here they
    stay in registers, and the row of a link further on is asked for meanwhile.

    Args:
        into: ``LANES`` results.
        rows: n × ``LANES``, contiguous, of the type of ``share``.
        where: row by link.
        share: weight by link.
        first: the first link.
        last: the link after the last.
    """
    return types.void(into, rows, where, share, types.intp, types.intp), _generate


pull: Any = intrinsic(_pull)
"""``_pull`` for compiled code."""


def _generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
    """The loop as LLVM instructions."""
    into, rows, where, share = (
        context.make_array(kind)(context, builder, one)
        for kind, one in zip(signature.args[:4], arguments[:4], strict=True)
    )
    element, index = context.get_value_type(signature.args[1].dtype), arguments[4].type
    vector = ir.VectorType(element, LANES)
    zero = ir.Constant(vector, [0.0] * LANES)
    part, worst = cgutils.alloca_once_value(builder, zero), cgutils.alloca_once_value(builder, zero)
    builder.store(zero, part)
    builder.store(zero, worst)
    links = cgutils.unpack_tuple(builder, where.shape, 1)[0]
    with cgutils.for_range_slice(builder, arguments[4], arguments[5], ir.Constant(index, 1), index) as (link, _):
        _prefetch(builder, rows.data, where.data, link, links, context.get_abi_sizeof(element))
        weight = builder.load(builder.gep(share.data, [link]))
        begins = builder.fcmp_ordered("<", weight, ir.Constant(element, 0.0))
        size = builder.select(begins, builder.fneg(weight), weight)
        row = builder.load(_row(builder, rows.data, where.data, link, vector))
        row.align = context.get_abi_sizeof(element)
        before = builder.select(begins, zero, builder.load(part))
        product = builder.fmul(_spread(builder, size, vector), row, flags=("contract",))
        after = builder.fadd(before, product, flags=("contract",))
        builder.store(after, part)
        most = builder.load(worst)
        builder.store(builder.select(builder.fcmp_ordered(">", after, most), after, most), worst)
    stored = builder.store(builder.load(worst), builder.bitcast(into.data, vector.as_pointer()))
    stored.align = context.get_abi_sizeof(element)
    return context.get_dummy_value()


def _row(builder: Any, rows: Any, where: Any, link: Any, kind: Any) -> Any:
    """Pointer to the row that a link reads."""
    at = builder.sext(builder.load(builder.gep(where, [link])), link.type)
    return builder.bitcast(builder.gep(rows, [builder.mul(at, ir.Constant(link.type, LANES))]), kind.as_pointer())


def _spread(builder: Any, number: Any, vector: Any) -> Any:
    """One number in every lane."""
    empty = ir.Constant(vector, ir.Undefined)
    one = builder.insert_element(empty, number, ir.Constant(ir.IntType(32), 0))
    return builder.shuffle_vector(one, empty, ir.Constant(ir.VectorType(ir.IntType(32), LANES), [0] * LANES))


def _prefetch(builder: Any, rows: Any, where: Any, link: Any, links: Any, size: int) -> None:
    """Ask for the row of the link ``AHEAD``, if there is one, line by line."""
    ahead = builder.add(link, ir.Constant(link.type, AHEAD))
    ahead = builder.select(builder.icmp_signed("<", ahead, links), ahead, link)
    byte = ir.IntType(8).as_pointer()
    number = ir.IntType(32)
    ask = builder.module.declare_intrinsic(
        "llvm.prefetch", [byte], ir.FunctionType(ir.VoidType(), [byte, number, number, number])
    )
    row = builder.bitcast(_row(builder, rows, where, ahead, ir.IntType(8)), byte)
    for line in range(0, LANES * size, 64):
        place = builder.gep(row, [ir.Constant(link.type, line)])
        builder.call(ask, [place, ir.Constant(number, 0), ir.Constant(number, 3), ir.Constant(number, 1)])
