# SPDX-License-Identifier: MIT
"""Small films that the tests build: quick to make, and with one of each thing."""

TALK = """\
c41: 1
title: Talk
format: 256x144@24
style: ink on paper
cast:
  ann: {looks: a woman in red}
  bob: {looks: a man in blue, wardrobe: {work: overalls}}
locations:
  hall: {looks: a long hall, sound: quiet room}
scenes:
  - scene: INT. HALL - DAY
    id: hall
    location: hall
    shots:
      - shot: ask
        size: medium
        image: Ann at a desk
        say:
          - ann: Are you coming with us?
            line: ask
      - shot: walk
        image: an empty corridor
        video: a door swings slowly
        seconds: 3
        say:
          - narrator: Nobody came at all.
            line: nobody
      - shot: answer
        size: close-up
        image: Bob in a doorway
        note: he means it
        say:
          - bob: I am not.
            line: no
  - scene: EXT. STREET - NIGHT
    id: street
    sound: rain
    shots:
      - shot: leaving
        size: wide
        image: two figures under one umbrella
        move: pull-out
        sound: a distant bell
        seconds: 2
"""


def many_shots(n, seconds=2, pixels="192x108"):
    """A film whose build takes long enough to be caught in the middle."""
    shots = "".join(f"      - {{shot: s{i}, image: picture number {i} of a street, seconds: {seconds}, "
                    f'say: {{narrator: "Number {i}, and there are more to come."}}}}\n' for i in range(n))
    return f"c41: 1\ntitle: Many\nformat: {pixels}@24\nscenes:\n  - id: all\n    shots:\n{shots}"
