"""M2: a handle that was closed stays in the array, and every wait fails."""

from alertable.specs.zoo.case import Case


def run(w, forget):
    event = w.CreateEventW(None, True, False, None)
    w.CloseHandle(event)
    return None if forget else w.WaitForSingleObject(event, 0)


def buggy(w):
    return run(w, forget=False)


def fixed(w):
    return run(w, forget=True)


CASE = Case("M2", "a closed handle is waited for", "nginx 9d5f5a0c7", ("S15",), buggy, fixed)
