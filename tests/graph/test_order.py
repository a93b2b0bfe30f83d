import networkx as nx
from hypothesis import given
from hypothesis import strategies as st

from engine.graph.order import arrange


def test_everything_comes_after_what_points_at_it() -> None:
    assert arrange([[2], [0], []]) == ([1, 0, 2], [])


def test_a_cycle_is_named_from_its_smallest_vertex_on() -> None:
    order, cycles = arrange([[1], [2], [1, 3], []])

    assert order == [0, 1, 2, 3]
    assert cycles == [[1, 2]]


EDGES = st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), max_size=30)


@given(EDGES)
def test_networkx_agrees(edges: list[tuple[int, int]]) -> None:
    after = [[b for a, b in edges if a == vertex] for vertex in range(10)]
    order, cycles = arrange(after)
    oracle = nx.DiGraph(edges)

    assert sorted(order) == list(range(10))
    assert bool(cycles) == (not nx.is_directed_acyclic_graph(oracle))
    for cycle in cycles:
        assert all(oracle.has_edge(a, b) for a, b in zip(cycle, cycle[1:] + cycle[:1], strict=True))
    if not cycles:
        place = {vertex: index for index, vertex in enumerate(order)}
        assert all(place[a] < place[b] for a, b in edges)
