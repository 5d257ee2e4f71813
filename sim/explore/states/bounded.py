"""What is left to be executed so that every interleaving with at most so many preemptions is: without any independence.

A preemption: another thread moves though the one that moved last could go on.  What the environment does is none, and may come
in between at any time.  The states are those of the graph, whoever found them, so a larger bound begins where the smaller one
ended, and all begin where a search with reduction was left.
Source: Musuvathi, Qadeer, "Iterative context bounding for systematic testing of multithreaded programs", PLDI 2007.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from alertable.sim.explore.states.races import bits

if TYPE_CHECKING:
    from alertable.sim.explore.states.graph import Node, StateGraph


def plan_within(graph: StateGraph, bound: int) -> bool:
    """Plan what has not been executed of all interleavings with at most `bound` preemptions; is there anything?

    Each state is gone through with each thread that may have moved last, at the least number of preemptions that leads there.
    """
    if not graph.nodes:
        return False
    more = False
    spent: dict[tuple[Node, int], int] = {(graph.nodes[0], 0): 0}
    rounds: list[list[tuple[Node, int]]] = [[(graph.nodes[0], 0)], *([] for _ in range(bound))]
    for count, open_ in enumerate(rounds):
        while open_:
            node, last = open_.pop()
            if spent[node, last] < count:
                continue
            for bit in bits(node.enabled):
                price = int(bool(bit & graph.threads) and bit != last and bool(last & node.enabled & ~node.gives_way))
                if count + price > bound:
                    continue
                if not node.taken & bit:
                    graph.plan(node, bit)
                    more = True
                for edge in node.out:
                    if edge.letter.bit == bit:
                        place = edge.target, bit if bit & graph.threads else last
                        if spent.get(place, bound + 1) > count + price:
                            spent[place] = count + price
                            rounds[count + price].append(place)
    return more
