# SPDX-License-Identifier: MIT
"""The store as a vault: what gc takes and what it leaves, what verify finds, where du sees the bytes."""
import json
import os
import random
import re
import shutil

import pytest

from vault import FILM, IMAGE, MANY, digest, du, outputs, stored, told, with_models


@pytest.fixture
def vault(make_studio_project):
    return with_models(make_studio_project({"film.yaml": FILM}))


def test_gc_keeps_what_the_good_build_needs(vault):
    vault.build()
    kept = stored(vault)
    assert "could go: 0 artifacts" in told(vault.run("gc"))
    assert "to go: 0 artifacts" in told(vault.run("gc", "--keep", "0", "--yes"))
    assert stored(vault) == kept and not vault.build().ran


def test_gc_takes_what_an_edit_left_and_says_what_it_costs(vault):
    first = outputs(vault.build())
    vault.change("film.yaml", "a boat", "a ship")
    vault.build()
    before = stored(vault)
    said = told(vault.run("gc"))
    assert re.search(r"making them again would cost 1 min 3\d s of machine time", said), said
    assert stored(vault) == before, "without --keep and --free nothing is removed"
    assert "nothing was removed; give --yes" in told(vault.run("gc", "--keep", "0")) and stored(vault) == before
    told(vault.run("gc", "--keep", "0", "--yes"))
    assert not first["one/b/image"] & stored(vault)
    assert vault.check_store() and not vault.build().ran
    for link in (vault.folder / ".c41/browse").rglob("*"):
        assert link.exists(), link
    vault.change("film.yaml", "a ship", "a boat")
    assert "one/b/image" in vault.build().ran


def test_a_draft_takes_nothing_away_from_the_film(vault):
    """Its results stand on a shelf of their own: the renders stay roots, and are what the links for people lead to."""
    good = outputs(vault.build())
    link = vault.folder / ".c41/browse/film/one/b/image.png"
    render = link.resolve()
    vault.build("film.yaml", "--draft")
    assert link.resolve() == render
    assert (vault.folder / ".c41/browse/film.draft/one/b/image.png").resolve() != render
    told(vault.run("gc", "--keep", "0", "--yes"))
    assert {path for paths in good.values() for path in paths} <= stored(vault)
    assert not vault.build().ran and not vault.build("film.yaml", "--draft").ran


def test_a_build_that_fails_moves_no_root(vault):
    good = outputs(vault.build())
    vault.change("film.yaml", "a boat, seconds: 1", "a ship, sound: {file: no-such.wav}, seconds: 1")
    assert vault.run("build", "film.yaml").returncode != 0
    vault.change("film.yaml", ", sound: {file: no-such.wav}", "")
    told(vault.run("build", "film.yaml", "--to", "image"))  # good, but of the stills alone
    told(vault.run("gc", "--keep", "0", "--yes"))
    left = stored(vault)
    needed = {path for step, paths in good.items() if step != "one/b/image" for path in paths}
    assert needed <= left


def test_what_a_build_that_did_not_end_well_has_made_goes_last(vault):
    vault.build()
    vault.change("film.yaml", "a boat", "a ship")
    vault.build()  # the boat is of no use any more
    old = stored(vault)
    vault.took(1)  # cheap, and yet
    shutil.rmtree(vault.folder / "out")
    vault.write("out", "a file where the folder should be")
    assert vault.run("build", "film.yaml").returncode == 1
    fresh = {path for path in stored(vault) - old if path.endswith(".png")}
    assert len(fresh) == 4
    assert told(vault.run("gc", ".", "*/image*", "--free", "1", "--yes")) and fresh <= stored(vault)
    assert "4 results are of a build that has not ended well yet" in told(vault.run("gc", ".", "*/image*"))
    (vault.folder / "out").unlink()
    assert not vault.build().ran
    assert "not ended well" not in told(vault.run("gc"))


def test_gc_keeps_picks_and_locks_of_every_film_in_the_project(vault):
    first = outputs(vault.build())
    taken = {n: min(first[f"{IMAGE}/take-{n}"]) for n in (1, 2, 3)}
    boat = min(first["one/b/image"])
    vault.write("film.yaml", FILM.replace("a house on a hill", "a hut").replace("a boat", "a ship"))
    vault.write("film.picks.yaml", f"{IMAGE}: {{is: {digest(taken[2])[:12]}, locked: true}}\n")
    vault.write("episodes/two/other.picks.yaml", f"x/y/image:\n  is: {digest(boat)}\n")
    vault.build()
    told(vault.run("gc", "--keep", "0", "--yes"))
    left = stored(vault)
    assert taken[2] in left and boat in left
    assert taken[1] not in left and taken[3] not in left
    assert not vault.build().ran


def test_takes_that_a_lock_leaves_out_are_not_stale(vault):
    taken = outputs(vault.build())
    vault.write("film.picks.yaml", f"{IMAGE}: {{is: {digest(min(taken[f'{IMAGE}/take-2']))[:12]}, locked: true}}\n")
    vault.change("film.yaml", "a house on a hill", "a hut")
    vault.build()
    assert f"{IMAGE}/take-1" in told(vault.run("list", "film.yaml", f"{IMAGE}/*"))
    assert not told(vault.run("list", "film.yaml", "--stale"))
    vault.change("film.yaml", "a boat", "a ship")
    assert {"one/b/image"} == {line.split()[-1] for line in told(vault.run("list", "film.yaml", "--stale", "--kind", "image")).splitlines()}


@pytest.mark.parametrize("text, says", [
    (f"{IMAGE}: {{is: 0123abcd", "never closed"),
    (f"{IMAGE}: {{is: NOTHEX12}}\n", "digest"),
    ("- a list\n", "picks"),
])
def test_gc_removes_nothing_where_a_picks_file_is_wrong(vault, text, says):
    vault.build()
    vault.change("film.yaml", "a boat", "a ship")
    vault.build()
    before = stored(vault)
    vault.write("sub/film.picks.yaml", text)
    for command in (("gc", "--keep", "0", "--yes"), ("verify",)):
        done = vault.run(*command)
        assert done.returncode == 2 and "sub/film.picks.yaml:" in done.stderr and says in done.stderr, done.stderr
    assert stored(vault) == before


def test_gc_weighs_machine_seconds_by_bytes(vault):
    """Three stills that nobody needs any more, of about the same size: the one that took least goes first."""
    made = {}
    for took in (300, 3, 30):
        vault.took(took)
        made[took] = min(outputs(vault.build())["one/b/image"])
    vault.took(7)
    vault.build()
    order = []
    for _ in range(40):
        before = stored(vault)
        told(vault.run("gc", ".", "*/b/image", "--free", "1", "--yes"))
        gone = before - stored(vault)
        order += [took for took, path in made.items() if path in gone]
        if not gone:
            break
        assert len(gone) == 1, "no more goes than was asked for"
    assert order == [3, 30, 300]


def test_gc_is_restricted_by_globs_kind_scene_and_age(vault):
    vault.build()
    vault.write("film.yaml", FILM.replace("a house on a hill", "a hut").replace("a boat", "a ship"))
    vault.build()
    (vault.folder / ".c41/store/ab").mkdir(exist_ok=True)
    (vault.folder / ".c41/store/ab/left-behind").write_text("x")
    before = stored(vault)

    def could_go(*args):
        said = told(vault.run("gc", "-v", *args))
        return set(re.findall(r"^  \w+ +\S+ \S+ .* (\S+/\S+)$", said, re.M))
    assert could_go("--kind", "image") == {"one/b/image", f"{IMAGE}/take-1", f"{IMAGE}/take-2", f"{IMAGE}/take-3"} | {IMAGE}
    assert could_go(".", "*/take-2", "*/take-3") == {f"{IMAGE}/take-2", f"{IMAGE}/take-3"}
    assert could_go("--scene", "on") == set()
    assert f"{IMAGE}/take-1" in could_go("--scene", "one")
    assert could_go("--older", "1") == set()
    assert "named by no step" in told(vault.run("gc")) and "named by no step" not in told(vault.run("gc", "--older", "0"))
    assert stored(vault) == before
    told(vault.run("gc", "--keep", "0", "--yes"))
    assert ".c41/store/ab/left-behind" not in stored(vault)


def test_gc_frees_no_more_than_is_asked_for(vault):
    vault.build()
    vault.write("film.yaml", FILM.replace("a house on a hill", "a hut").replace("a boat", "a ship"))
    vault.build()
    size = du(vault)["bytes"]
    told(vault.run("gc", "--keep", str(size - 10), "--yes"))
    assert size - 10 >= du(vault)["bytes"] > size // 2
    said = told(vault.run("gc", "--free", "1TB", "--yes"))
    assert "less than was asked for" in said
    assert not vault.build().ran


def test_what_two_results_share_stays_with_one_of_them(vault):
    """The same bytes under two keys: the draft draws one picture, whatever the preset is said to take."""
    vault.write("film.yaml", FILM.replace("use: {image: stand-in}\n", ""))
    first = min(outputs(vault.build())["one/b/image"])
    vault.change("film.yaml", "image: a boat", "image: {prompt: a boat, negative: rain}")
    second = vault.build()
    assert "one/b/image" in second.ran and min(outputs(second)["one/b/image"]) == first
    assert "to go: 0 artifacts" in told(vault.run("gc", ".", "one/b/image", "--keep", "0", "--yes"))
    assert first in stored(vault) and not vault.build().ran
    vault.change("film.yaml", "image: {prompt: a boat, negative: rain}", "image: a house at night")
    vault.build()
    told(vault.run("gc", ".", "one/b/image", "--keep", "0", "--yes"))
    assert first not in stored(vault)


def test_forgotten_films_need_nothing(vault):
    vault.write("other.yaml", FILM.replace("a boat", "a whale"))
    vault.build("film.yaml")
    whale = min(outputs(vault.build("other.yaml"))["one/b/image"])
    (vault.folder / "other.yaml").unlink()
    told(vault.run("gc", "--keep", "0", "--yes"))
    assert whale in stored(vault)
    assert told(vault.run("gc", "--forget", "othe"), 64) == ""
    told(vault.run("gc", "--forget", "other"))
    told(vault.run("gc", "--keep", "0", "--yes"))
    assert whale not in stored(vault) and not vault.build().ran


def kept(project):
    """What conform keeps of the sound, and when that was used last."""
    return {path: path.stat().st_mtime for path in (project.folder / ".c41/sound").iterdir()}


def test_gc_takes_passages_of_sound_that_no_good_build_needs(vault):
    """Two films: what the first one's edit has left behind goes, and nothing that is heard in either."""
    film = FILM.replace("a boat", "a boat, sound: SOUND")
    vault.write("film.yaml", film.replace("SOUND", "rain"))
    vault.build("film.yaml")
    then = min(kept(vault).values()) - 3600
    for path in kept(vault):
        os.utime(path, (then, then))
    vault.write("film.yaml", film.replace("SOUND", "waves"))
    vault.write("other.yaml", film.replace("SOUND", "wind"))
    vault.build("film.yaml")
    vault.build("other.yaml")
    before = kept(vault)
    behind = {path for path, used in before.items() if used == then}
    assert behind and len(before) > len(behind)
    assert du(vault)["kept"] == {"passages": len(before), "bytes": sum(path.stat().st_size for path in before)}
    assert f"kept beside it: {len(before)} passages of sound, " in told(vault.run("du"))
    assert f"and {len(behind)} of the passages of sound, " in told(vault.run("gc"))
    assert "of the passages" not in told(vault.run("gc", "--kind", "image")), "no step of a kind made them"
    assert kept(vault) == before
    told(vault.run("gc", "--free", "1", "--yes"))
    assert kept(vault).keys() == before.keys() - behind
    assert "of the passages" not in told(vault.run("gc"))
    assert not vault.build("film.yaml").ran and not vault.build("other.yaml").ran


def test_gc_without_a_ledger_takes_nothing(vault):
    vault.build()
    for name in (".c41/ledger.db", ".c41/ledger.db-wal", ".c41/ledger.db-shm"):
        (vault.folder / name).unlink(missing_ok=True)
    before = stored(vault)
    done = vault.run("gc", "--keep", "0", "--yes")
    assert done.returncode == 64 and "knows no step" in done.stderr
    assert stored(vault) == before


def test_a_store_killed_in_the_middle_of_gc_is_valid(vault):
    """Between the ledger's word and the file's end, files are there that no row names; were they gone and the rows
    there, the steps would be made again."""
    vault.build()
    vault.change("film.yaml", "a boat", "a ship")
    vault.build()
    before = {path: (vault.folder / path).read_bytes() for path in stored(vault)}
    told(vault.run("gc", "--keep", "0", "--yes"))
    gone = before.keys() - stored(vault)
    assert gone
    for path in gone:  # as if it had been killed before it removed them
        vault.write(path, before[path])
    assert not vault.build().ran
    assert f"({len(gone)} of them named by no step)" in told(vault.run("gc"))
    told(vault.run("gc", "--keep", "0", "--yes"))
    assert not gone & stored(vault) and not told(vault.run("verify")).count("missing  ")


def test_du_sums_up(vault):
    vault.write("other.yaml", FILM.replace("a boat", "a whale"))
    vault.build("film.yaml")
    vault.build("other.yaml")
    vault.change("film.yaml", "a boat", "a ship")
    vault.build("film.yaml")
    whole = du(vault)
    paths = [vault.folder / p for p in stored(vault)]
    assert whole["artifacts"] == len(paths) and whole["bytes"] == sum(p.stat().st_size for p in paths)
    for split in ("films", "kinds", "status"):
        for unit in ("artifacts", "bytes", "seconds"):
            assert sum(row[unit] for row in whole[split]) == pytest.approx(whole[unit]), (split, unit)
    assert {row["name"] for row in whole["films"]} == {"film", "other", "(several films)", "(no film)"}
    image = [row for row in whole["kinds"] if row["name"] == "image"][0]
    assert image["artifacts"] == 3 + 3 and image["seconds"] == 6 * 90
    assert "by what keeps them" in told(vault.run("du"))


def test_verify_names_what_is_damaged_and_the_next_build_remakes_just_that(vault):
    vault.write("film.yaml", MANY)
    built = vault.build()
    made = outputs(built)
    assert "0 damaged, 0 missing" in told(vault.run("verify"))
    seed = int(os.environ.get("C41_SEED", random.randrange(1 << 32)))
    print("seed", seed)
    chance = random.Random(seed)
    images = sorted(step for step in made if "/image/take-" in step)
    kinds = {e["id"]: e["kind"] for e in built.of("step-done")}
    owners = {path: step for step in made if kinds[step] != "pick" for path in made[step]}
    picked = chance.choice(images)
    lost = digest(min(made[picked]))
    shot = picked.rsplit("/", 1)[0]
    vault.write("film.picks.yaml", f"# a remark\n{shot}: {{is: {lost[:16]}}}\n")
    vault.build()
    damaged = set(chance.sample(sorted(stored(vault)), max(1, len(stored(vault)) // 100))) | made[picked]
    missing = {min(made[chance.choice([s for s in images if s != picked and not made[s] & damaged])])}
    for path in damaged:
        whole = vault.folder / path
        data = bytearray(whole.read_bytes())
        data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
        whole.chmod(0o644)
        whole.write_bytes(data)
    for path in missing:
        (vault.folder / path).unlink()

    quick = told(vault.run("verify", "--quick"), 1)
    assert "0 damaged, 1 missing" in quick
    said = told(vault.run("verify"), 1)
    for path in damaged:
        line = [row for row in said.splitlines() if path in row]
        assert len(line) == 1 and line[0].startswith("damaged") and owners[path] in line[0], said
        assert not (vault.folder / path).exists()
    assert all(re.search(rf"^missing +\S+ +{re.escape(path)}", said, re.M) for path in missing), said
    assert "picked at film.picks.yaml:2" in said and picked in said
    assert f"{len(damaged)} damaged, {len(missing)} missing" in said
    assert len(list((vault.folder / ".c41/quarantine").iterdir())) == len(damaged)

    refused = vault.run("build", "film.yaml")
    assert refused.returncode == 2 and "film.picks.yaml:2:" in refused.stderr, refused.stderr
    assert shot in refused.stderr and lost[:16] in refused.stderr
    assert "Give the store back" in refused.stderr and "pick again" in refused.stderr
    (vault.folder / "film.picks.yaml").unlink()
    again = vault.build()
    assert again.ran_models == {owners[path] for path in damaged | missing if "/image/take-" in owners[path]}
    assert "0 damaged, 0 missing" in told(vault.run("verify"))


def test_verify_knows_a_file_that_is_cut_short(vault):
    made = outputs(vault.build())
    path = vault.folder / min(made["one/b/image"])
    path.chmod(0o644)
    path.write_bytes(path.read_bytes()[:-1])
    assert re.search(r"^damaged +one/b/image ", told(vault.run("verify", "--quick"), 1), re.M)
    assert vault.build().ran_models == {"one/b/image"}


def test_what_nobody_needs_is_missed_once(vault):
    old = min(outputs(vault.build())["one/b/image"])
    vault.change("film.yaml", "a boat", "a ship")
    vault.build()
    (vault.folder / old).unlink()
    assert re.search(r"^missing +one/b/image ", told(vault.run("verify"), 1), re.M)
    assert "0 damaged, 0 missing" in told(vault.run("verify"))


def lose(project, paths):
    """Moves artifacts out of the store, to kept/."""
    (project.folder / "kept").mkdir(exist_ok=True)
    for path in paths:
        (project.folder / path).rename(project.folder / "kept" / digest(path))


def renders(project):
    return (project.folder.parent / "renders").stat().st_size


@pytest.mark.parametrize("locked", [False, True])
@pytest.mark.parametrize("args", [(), ("--to", "image"), ("--only", "*/take-2"), ("--keep-going",)])
def test_what_was_picked_is_never_rendered_again(vault, locked, args):
    made = outputs(vault.build())[f"{IMAGE}/take-2"]
    name = digest(min(made))
    vault.write("film.picks.yaml", f"{IMAGE}:\n  is: {name[:10]}\n  locked: {str(locked).lower()}\n")
    vault.build()
    lose(vault, made)
    before = renders(vault)
    done = vault.run("build", "film.yaml", *args)
    assert done.returncode == 2, done.stderr
    assert re.search(rf"^film\.picks\.yaml:2:\d+: error: .*{name[:10]}.*{IMAGE}", done.stderr, re.M), done.stderr
    assert "Give the store back" in done.stderr and "pick again" in done.stderr
    assert renders(vault) == before, "a take was rendered before its pick was looked at"
    listed = {row["id"]: row for row in json.loads(told(vault.run("list", "film.yaml", "--json")))}
    assert listed[IMAGE]["status"] in ("blocked", "locked", "picked") and "lost" in listed[IMAGE]["why"]
    vault.write("film.picks.yaml", f"{IMAGE}: {{take: 2}}\n")  # picked again
    assert vault.build().ran_models == {f"{IMAGE}/take-2"}


def test_a_lost_pick_stops_nothing_that_does_not_need_it(vault):
    made = outputs(vault.build())[f"{IMAGE}/take-2"]
    vault.write("film.picks.yaml", f"{IMAGE}: {{is: {digest(min(made))}}}\n")
    vault.build()
    lose(vault, made)
    vault.change("film.yaml", "a boat", "a ship")
    assert "one/b/image" in vault.build("film.yaml", "--only", "one/b/*").ran
    assert vault.run("build", "film.yaml").returncode == 2
    for path in made:  # the store is given back
        (vault.folder / path).write_bytes(next((vault.folder / "kept").iterdir()).read_bytes())
    assert vault.build().ran_models == set()


def test_a_pick_whose_ledger_and_store_are_lost_is_not_rendered_either(vault):
    made = outputs(vault.build())[f"{IMAGE}/take-2"]
    vault.write("film.picks.yaml", f"{IMAGE}: {{is: {digest(min(made))}}}\n")
    copy = make_copy(vault)
    before = renders(vault)
    done = copy.run("build", "film.yaml")
    assert done.returncode == 2 and "film.picks.yaml:1:" in done.stderr and renders(vault) == before
    copy.build("film.yaml", "--use", "image=draft")  # drawn anew, it would be the same again


def make_copy(project):
    """The project as somebody gets it who has its texts alone."""
    copy = project.copy(project.folder.parent / "copy")
    shutil.rmtree(copy.folder / ".c41")
    return copy


def test_a_pick_that_lapses_is_kept(vault):
    """The film asks for something else by now; what was picked is there, so nothing is lost."""
    made = outputs(vault.build())[f"{IMAGE}/take-2"]
    vault.write("film.picks.yaml", f"{IMAGE}: {{is: {digest(min(made))}}}\n")
    vault.change("film.yaml", "a house on a hill", "a hut")
    again = vault.build()
    assert "lapses" in again.err and "film.picks.yaml:1:" in again.err
    told(vault.run("gc", "--keep", "0", "--yes"))
    assert made <= stored(vault)
