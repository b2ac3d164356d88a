"""The chain as a graph with an assessment marked on it, and where its nodes stand."""

from dataclasses import replace
from datetime import date

import pytest

from graphs.assessment import assess
from graphs.atlas import atlas
from graphs.atlas.days import day_of
from graphs.backbone import backbone_of
from graphs.disruption import Disruption
from graphs.layout import grid
from graphs.method import Method
from graphs.picture import picture, picture_page
from graphs.valuechain import ValueChain
from graphs.worst_day import worst_day

DAY, BEFORE = date(2021, 3, 1), date(2021, 2, 1)


def marked(chain, *records: Disruption, min_flow_meur: float = 20):
    return picture(chain, assess(chain, list(records), DAY, Method()), min_flow_meur)


def test_a_node_that_a_disruption_names_is_marked(toy):
    graph = marked(toy, Disruption("Strike", ("DE",), DAY, "D1", effect="supply", industries=("C29",)))
    assert {key for key, node in graph.nodes(data=True) if node["disruptions"]} == {"DE_C29"}
    assert graph.nodes["DE_C29"]["disruptions"] == ["D1 Strike"]


def test_a_file_marks_what_the_page_marks(estimate):
    """A ban that hits a few much and nearly everybody a little: one rule says who is hit."""
    ban = Disruption("Ban", ("TW",), DAY, "D1", effect="link", felt=("EU",), industries=("C26",), severity_likely=0.4)
    assessment = assess(estimate, [ban], DAY, Method())
    [cause] = day_of(atlas(estimate), assessment).causes
    marked = {key for key, node in picture(estimate, assessment, 1e6).nodes(data=True) if node["disruptions"]}
    assert marked == set(estimate.keys[cause.hits])
    assert 0 < len(marked) < len(estimate) / 2


def test_what_cuts_nearly_all_marks_nobody(toy):
    graph = marked(toy, Disruption("Pandemic", ("EU",), DAY, "D1", effect="supply"))
    assert not any(node["disruptions"] for _, node in graph.nodes(data=True))
    assert graph.nodes["DE_A"]["loss_share"] > 0


def test_a_cut_link_is_in_it_even_below_the_threshold(toy):
    ban = Disruption("Ban", ("TW",), DAY, "D1", effect="link", felt=("FR",), industries=("C26",), severity_likely=0.4)
    graph = marked(toy, ban, min_flow_meur=1_000)
    cut = {(supplier, buyer): data["cut_share"] for supplier, buyer, data in graph.edges(data=True)}
    assert cut == pytest.approx({("TW_C26", "FR_C26"): 0.4, ("TW_C26", "FR_C29"): 0.4})


def test_flows_outside_the_eu_are_left_out(toy):
    graph = marked(toy, min_flow_meur=1)
    assert not [pair for pair in graph.edges if pair[0].startswith("TW") and pair[1].startswith("TW")]
    assert graph.has_edge("TW_C26", "DE_C29")
    assert graph.nodes["TW_C26"]["score"] is None


def test_without_a_threshold_it_has_the_backbone(toy, monkeypatch):
    graph = picture(toy, assess(toy, [], DAY, Method()))
    assert graph.graph["log10_alpha"] == 0
    assert set(graph.edges) == {pair for pair in toy.graph().edges if pair[0] != pair[1]}
    monkeypatch.setattr("graphs.picture.MOST_LINKS", 22)
    graph = picture(toy, assess(toy, [], DAY, Method()))
    links = toy.inputs
    names = toy.keys.to_numpy()
    found = backbone_of(links.supplier, links.buyer, links.flow_meur, 22)
    ends = names[links.supplier[found.links]], names[links.buyer[found.links]], links.flow_meur[found.links]
    assert sorted(graph.edges(data="flow_meur")) == sorted(zip(*ends, strict=True))
    assert graph.graph["log10_alpha"] == found.log10_alpha
    assert f"below 10^{found.log10_alpha:.4g}, the largest supply" in graph.graph["links"]
    monkeypatch.setattr("graphs.picture.MOST_LINKS", 0)
    graph = picture(toy, assess(toy, [], DAY, Method()))
    assert graph.graph["log10_alpha"] is None
    assert "below" not in graph.graph["links"]


def test_it_says_what_it_is_of(toy):
    said = marked(toy).graph
    assert (said["on"], said["method_version"], said["horizon_weeks"]) == ("2021-03-01", Method().version, 26)
    assert (said["title"], said["chain_version"]) == (toy.meta.title, toy.version)
    assert (said["min_flow_meur"], said["log10_alpha"]) == (20, None)
    assert said["links"].startswith("flows of 20 million EUR a year or more")


def test_the_layout_is_the_chains_alone(toy):
    """Pictures of different days can be laid on one another; the EU stands above the others."""
    places = grid(toy)
    assert len(places.drop_duplicates()) == len(toy)
    assert places.y["TW_A"] > max(places.y["DE_A"], places.y["FR_A"])
    assert places.x["DE_C29"] == places.x["TW_C29"]


def test_the_page_says_what_it_rests_on(toy):
    told = [(assess(toy, [], on, Method()), headline) for on, headline in ((DAY, "All is calm."), (BEFORE, "As ever."))]
    page = picture_page(toy, told)
    assert "All is calm." in page.partition('id="data"')[0]
    assert "As ever." in page
    assert "INVENTED" in page
    assert "over the 26 weeks from the date" in page
    assert "estimates by method version" in page
    assert 'action="/graph"' not in page
    assert 'action="/graph"' in picture_page(toy, told, "/graph")


def test_an_estimate_is_called_one(toy):
    meta = replace(toy.meta, estimate=True, accuracy="Within a tenth.")
    chain = ValueChain(toy.nodes, toy.flows, toy.final_demand, meta)
    page = picture_page(chain, [(assess(chain, [], DAY, Method()), "")])
    assert f"ESTIMATE: {meta.title}. Within a tenth." in page


def test_the_worst_day_counts_only_what_counts(toy):
    deep = Disruption("Deep", ("DE",), date(2021, 5, 1), severity_likely=0.9, state="rejected")
    small = Disruption("Small", ("DE",), DAY, severity_likely=0.1)
    assert worst_day(toy, [deep, small], Method()) == DAY
    assert worst_day(toy, [deep], Method()) is None
