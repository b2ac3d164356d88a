"""Ways through the value chain, for programs: how a loss got to a node, and how goods get from one to another."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from fastapi import Query
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel, Field, create_model

from graphs.assessment import Assessment
from graphs.disruption import Disruption
from graphs.errors import Fault, Faults
from graphs.explanation import Felt, Trade, explain_node
from graphs.fields import describe
from graphs.supply import Supply, supply_paths
from graphs.valuechain import ValueChain
from tracker import log
from tracker.api import answer, schema, sheet
from tracker.api.frame import CSV, KEPT, MAY_BE_KNOWN, READS, AsTable, AtDesk, On, errors, room, table
from tracker.desk import Desk

router = room()

_KEPT = KEPT | {200: KEPT[200] | {"content": CSV}}
_MOST = 20
_KINDS: dict[str, type] = {"str": str, "float": float, "bool": bool}
_TRADE = tuple(Trade.__dataclass_fields__)

TradeOut: type[BaseModel] = create_model(
    "TradeOut",
    __doc__="One flow of the chain by which a loss passes on.",
    **{
        name: (_KINDS[str(one.type)], Field(description=describe(name)))
        for name, one in Trade.__dataclass_fields__.items()
    },
)  # type: ignore[call-overload]


class PathsOut(schema.MadeFrom):
    """How a loss got to a node, with what it was computed from. An estimate: the widest ways, not all of them."""

    on: str = Field(description=describe("on"))
    record_id: str | None = Field(description="Id of the one disruption that counts; null if all in force do.")
    key: str = Field(description=describe("key"))
    label: str = Field(description=describe("label"))
    direct_cut_share: float = Field(description=describe("direct_cut_share"))
    loss_meur: float = Field(description=describe("loss_meur"))
    loss_low_meur: float = Field(description=describe("loss_low_meur"))
    loss_high_meur: float = Field(description=describe("loss_high_meur"))
    loss_share: float = Field(description=describe("loss_share"))
    ways: list[list[TradeOut]] = Field(
        description="The ways by which it came, the widest first, each told backwards: its first trade is the node's "
        "own. Empty if the node loses nothing, or only by what cuts itself."
    )


class SupplyOut(BaseModel):
    """One way from the supplier to the buyer."""

    keys: list[str] = Field(description="Keys of the nodes along it, from the supplier to the buyer.")
    labels: list[str] = Field(description="What they are called.")
    flows_meur: list[float] = Field(description="The flow of each trade along it (million EUR a year, more than 0).")
    coefficient: float = Field(description=describe("coefficient"))
    of_total_share: float = Field(description=describe("of_total_share"))


class SupplyPathsOut(BaseModel):
    """The strongest ways from one node to another. They follow from the chain alone."""

    method_version: str = Field(description=describe("method_version"))
    chain: schema.ChainSource = Field(description="The value chain.")
    supplier: str = Field(description=describe("supplier"))
    buyer: str = Field(description=describe("buyer"))
    total_coefficient: float = Field(description=describe("total_coefficient"))
    paths: list[SupplyOut] = Field(description="The ways, the strongest first; empty if there is none.")


def _node(meaning: str, example: str) -> Any:
    return Query(max_length=60, description=f"{meaning}: country_industry.", examples=[example])


@router.get("/paths", responses=_KEPT | READS | errors(404), dependencies=[MAY_BE_KNOWN], response_model=PathsOut)
def read_paths(
    desk: AtDesk,
    node: Annotated[str, _node("Key of the node that loses", "DE_C29")],
    on: On = None,
    record_id: Annotated[
        str | None,
        Query(
            max_length=40,
            description="Only this disruption, as if it were alone; then `on` is its first day if left out.",
            examples=["R79"],
        ),
    ] = None,
    ways: Annotated[int, Query(ge=1, le=_MOST, description="Most ways.")] = 3,
    as_table: AsTable = False,
) -> Response:
    """How a loss got to a node: the trades by which it came, the widest way first, told back to where it began.

    A loss has many ways and stocks put it off: these are the widest of them, an estimate. As CSV one row for each
    trade.
    """
    position = desk.position
    _in_chain(desk.chain, node=node)
    assessment = _assessed(desk, on, record_id)
    found = explain_node(desk.chain, assessment, node, ways)
    if as_table:
        return table(_table(assessment, position, record_id, found))
    row = assessment.nodes.loc[node]
    figures = {name: getattr(found, name) for name in ("loss_meur", "loss_low_meur", "loss_high_meur", "loss_share")}
    body = answer.provenance(assessment, position) | {
        "level": "node",
        "record_id": record_id,
        "key": found.key,
        "label": found.label,
        "direct_cut_share": float(row.direct_cut_share),
        **figures,
        "ways": [[vars(trade) for trade in way] for way in found.ways],
    }
    return JSONResponse(body)


@router.get("/supply-paths", responses=_KEPT | READS, dependencies=[MAY_BE_KNOWN], response_model=SupplyPathsOut)
def read_supply_paths(
    desk: AtDesk,
    supplier: Annotated[str, _node("Key of the node where the goods come from", "TW_C26")],
    buyer: Annotated[str, _node("Key of the node where they go", "DE_C29")],
    most: Annotated[int, Query(ge=1, le=_MOST, description="Most ways.")] = 5,
    steps: Annotated[int, Query(ge=1, le=6, description="Most trades of a way.")] = 4,
    as_table: AsTable = False,
) -> Response:
    """The strongest ways by which goods of one node come to another, whatever happens: by the flows of the chain.

    A way is worth the euros of the supplier's output that go along it into one euro of the buyer's: the product of the
    technical coefficients. As CSV one row for each way.
    """
    chain = desk.chain
    _in_chain(chain, supplier=supplier, buyer=buyer)
    found = supply_paths(chain, supplier, buyer, most, steps)
    ends = chain.keys.get_loc(supplier), chain.keys.get_loc(buyer)
    total = float(chain.leontief_inverse[ends])
    rows = [_way(chain, one, total) for one in found]
    if as_table:
        of_each = answer.of_each_row(chain.meta, chain.version, desk.method)
        listed = ("keys", "labels", "flows_meur", "coefficient", "of_total_share")
        flat = [row | {"flows_meur": [f"{flow:.10g}" for flow in row["flows_meur"]]} | of_each for row in rows]
        return table(sheet.table(flat, names=(*listed, *of_each)))
    body = {
        "method_version": desk.method.version,
        "chain": answer.chain_source(chain.meta, chain.version),
        "supplier": supplier,
        "buyer": buyer,
        "total_coefficient": total,
        "paths": rows,
    }
    return JSONResponse(body)


def _in_chain(chain: ValueChain, **keys: str) -> None:
    """Whether all are keys of the chain.

    Raises:
        Faults: every one that is not.
    """
    mend = "write country_industry, such as DE_C29"
    faults = [
        Fault("", name, f"{key!r} is no node of the value chain", mend)
        for name, key in keys.items()
        if key not in chain.keys
    ]
    if faults:
        raise Faults(faults)


def _assessed(desk: Desk, on: date | None, record_id: str | None) -> Assessment:
    """The assessment of a day, or of one disruption alone.

    Raises:
        Unknown: if there is no such disruption.
    """
    if record_id is None:
        return desk.assess(on or date.today())
    record = log.standing(desk.engine, record_id, "disruption").record
    assert isinstance(record, Disruption)
    assert record.start is not None  # its constructor saw to it
    return desk.assess(on or record.start, only=record_id)


def _table(assessment: Assessment, position: int, record_id: str | None, found: Felt) -> bytes:
    before = {"on": assessment.on.isoformat(), "disruption": record_id or "", "key": found.key}
    after = answer.of_each_row(assessment.chain, assessment.chain_version, assessment.method, position)
    rows = [
        before | {"way": number, "step": step} | vars(trade) | after
        for number, way in enumerate(found.ways, 1)
        for step, trade in enumerate(way, 1)
    ]
    return sheet.table(rows, names=(*before, "way", "step", *_TRADE, *after))


def _way(chain: ValueChain, one: Supply, total: float) -> dict[str, Any]:
    return {
        "keys": list(one.keys),
        "labels": [str(chain.nodes.label[key]) for key in one.keys],
        "flows_meur": list(one.flows_meur),
        "coefficient": one.coefficient,
        "of_total_share": min(1.0, one.coefficient / total),
    }
