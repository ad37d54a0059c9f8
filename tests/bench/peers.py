# SPDX-License-Identifier: MIT
"""peers.py SHOTS FOLDER: writes the graph of the reference film (reference.py beside this) for other builders: the same
nodes, the same edges, one source file a scene. build.ninja, Makefile and Snakefile share the sources and what is made of
them, so what one has built the others find current. A command writes a line of each of its inputs with what the shell
itself can do: nothing is started but the shell."""
import pathlib
import sys

SHOTS_A_SCENE = 10
# A step of a shot, and what of its shot it is made from; "scene" is the source file.
STEPS = {
    "image": ["scene"],
    "board": ["image"],
    "voice": ["scene"],
    "timing": ["voice"],
    "track": ["voice", "timing"],
    "lipsync": ["image", "timing", "track"],
    "mix": ["voice", "timing"],
    "cut": ["lipsync", "timing"],
}
FILM_OF = ["timing", "cut", "mix"]  # what a scene's deliverable is made from, of each of its shots

SNAKEFILE = """\
SCENES = range({scenes})
SHOTS = range({shots})

rule all:
    input:
        expand("out/{{scene}}.film", scene=SCENES),
        expand("out/{{scene}}-{{shot}}.board", scene=SCENES, shot=SHOTS),
"""
SNAKE_RULE = """
rule {name}:
    input: {inputs}
    output: "{output}"
    shell: 'for f in {{input}}; do read -r l <"$f"; echo "$l"; done >{{output}}'
"""


def nodes(scenes):
    """Every output with its inputs, in an order in which they can be made."""
    for scene in range(scenes):
        place = {"scene": f"scenes/{scene}.txt"}
        film = []
        for shot in range(SHOTS_A_SCENE):
            place.update({step: f"out/{scene}-{shot}.{step}" for step in STEPS})
            yield from ((place[step], [place[name] for name in inputs]) for step, inputs in STEPS.items())
            film += [place[name] for name in FILM_OF]
        yield f"out/{scene}.film", film


def write_ninja(path, scenes):
    command = 'for f in $in; do read -r l <"$$f"; echo "$$l"; done >$out'
    with path.open("w") as out:
        out.write(f"rule make\n  command = {command}\n")
        out.writelines(f"build {made}: make {' '.join(inputs)}\n" for made, inputs in nodes(scenes))


def write_make(path, scenes):
    with path.open("w") as out:
        out.write('MAKE_IT = @for f in $^; do read -r l <"$$f"; echo "$$l"; done >$@\n.SUFFIXES:\nall:\n')
        for made, inputs in nodes(scenes):
            out.write(f"{made}: {' '.join(inputs)}\n\t$(MAKE_IT)\n")
            if made.endswith((".board", ".film")):
                out.write(f"all: {made}\n")


def write_snakemake(path, scenes):
    with path.open("w") as out:
        out.write(SNAKEFILE.format(scenes=scenes, shots=SHOTS_A_SCENE))
        shot = "out/{scene}-{shot}."
        for step, inputs in STEPS.items():
            names = ["scenes/{scene}.txt" if name == "scene" else shot + name for name in inputs]
            out.write(SNAKE_RULE.format(name=step, inputs=", ".join(map(repr, names)), output=shot + step))
        of = [f"out/{{{{scene}}}}-{{shot}}.{step}" for step in FILM_OF]
        film = ", ".join(f"expand({name!r}, shot=SHOTS)" for name in of)
        out.write(SNAKE_RULE.format(name="film", inputs=film, output="out/{scene}.film"))


def main(shots, folder):
    root, scenes = pathlib.Path(folder), shots // SHOTS_A_SCENE
    (root / "scenes").mkdir(parents=True, exist_ok=True)
    (root / "out").mkdir(exist_ok=True)
    for scene in range(scenes):
        (root / f"scenes/{scene}.txt").write_text(f"scene {scene}\n")
    write_ninja(root / "build.ninja", scenes)
    write_make(root / "Makefile", scenes)
    write_snakemake(root / "Snakefile", scenes)


main(int(sys.argv[1]), sys.argv[2])
