"""Random states of an instance, reachable or not."""

from __future__ import annotations

from random import Random

from proofs.answers.trace import State
from proofs.interpreter.instance import Instance


def random_state(instance: Instance, random: Random) -> State:
    """Any values of the right types; locals where they are live."""
    model = instance.model
    places = {
        thread: random.choice(model.thread(thread.sort).locations).number
        for thread in instance.threads()
    }
    values = {}
    for variable in model.variables:
        if variable.thread is None:
            for point in instance.points(variable):
                values[point] = random.choice(list(instance.candidates(variable.type)))
            continue
        for thread in instance.objects(variable.thread):
            place = model.thread(thread.sort).locations[places[thread]]
            if variable.name in place.live:
                for point in instance.points_of(variable, thread):
                    values[point] = random.choice(list(instance.candidates(variable.type)))
    return State(values, places)
