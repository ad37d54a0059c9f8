# SPDX-License-Identifier: MIT
"""Reads what `c41 export` writes, by what the formats' standards say, into one plain form: clips of media on the frames
of the film. It shares no code with the writers."""
import json
import re
import urllib.parse
import xml.etree.ElementTree as ElementTree
from dataclasses import dataclass, field
from fractions import Fraction


@dataclass
class Clip:
    at: int                 # on the timeline, in frames
    frames: int
    start: int              # in the media, in frames of the film: from its first on,
    url: str                # of the media, relative; None: black
    name: str
    speed: float = 1        # frames of the media for one of the film
    track: str = ""
    clock: int = 0          # which its own clock shows as this one
    more: dict = field(default_factory=dict)


@dataclass
class Transition:
    at: int                 # the cut
    before: int
    after: int
    kind: str


class Turnover:
    def __init__(self, fps):
        self.fps = Fraction(fps)
        self.pictures, self.sounds, self.titles, self.transitions, self.markers = [], [], [], [], []
        self.takes = {}     # url of a picture -> urls of its takes
        self.frames = 0     # of the whole

    def check_transitions(self):
        """None reaches over the next, nor beyond a clip that ends before its shot does."""
        ends = sorted({0, self.frames, *(c.at for c in self.pictures), *(c.at + c.frames for c in self.pictures)})
        by_cut = {t.at: t for t in self.transitions}
        assert len(by_cut) == len(self.transitions) and set(by_cut) <= set(ends)
        for start, end in zip(ends, ends[1:]):
            taken = (by_cut[start].after if start in by_cut else 0) + (by_cut[end].before if end in by_cut else 0)
            assert taken <= end - start, f"transitions take {taken} frames of {start} to {end}"


# OpenTimelineIO

SCHEMAS = {"Timeline.1", "Stack.1", "Track.1", "Clip.2", "Gap.1", "Transition.1", "ExternalReference.1",
           "GeneratorReference.1", "LinearTimeWarp.1", "Marker.2", "TimeRange.1", "RationalTime.1"}


def schemas(value):
    if isinstance(value, dict):
        if "OTIO_SCHEMA" in value:
            yield value["OTIO_SCHEMA"]
        for member in value.values():
            yield from schemas(member)
    elif isinstance(value, list):
        for member in value:
            yield from schemas(member)


def seconds(time):
    assert time["OTIO_SCHEMA"] == "RationalTime.1" and time["rate"] > 0
    return Fraction(time["value"]) / rate(time)


def rate(time):
    """As what it is meant; readers compare the number itself with the rates they know."""
    found = Fraction(time["rate"]).limit_denominator(1001)
    assert time["rate"] == float(found), f"{time['rate']} is not quite {found}"
    return found


class Otio(Turnover):
    def __init__(self, path):
        root = json.loads(path.read_text())
        assert root["OTIO_SCHEMA"] == "Timeline.1" and root["tracks"]["OTIO_SCHEMA"] == "Stack.1"
        assert set(schemas(root)) <= SCHEMAS
        super().__init__(rate(root["global_start_time"]))
        self.start, self.name = self.frame(root["global_start_time"]), root["name"]
        for number, track in enumerate(root["tracks"]["children"]):
            self.read_track(track, number)
        for marker in root["tracks"]["markers"]:
            at, frames = self.range(marker["marked_range"])
            self.markers.append((at, frames, marker["metadata"]["c41"]["mark"], marker["name"], marker["comment"]))
        self.check_transitions()

    def frame(self, time):
        frames = seconds(time) * self.fps
        assert frames.denominator == 1, f"{time} lies between frames"
        return int(frames)

    def range(self, value):
        assert value["OTIO_SCHEMA"] == "TimeRange.1"
        return self.frame(value["start_time"]), self.frame(value["duration"])

    def read_track(self, track, number):
        assert track["OTIO_SCHEMA"] == "Track.1" and track["kind"] in ("Video", "Audio") and track["source_range"] is None
        at, goes_on = 0, None
        for item in track["children"]:
            kind = item["OTIO_SCHEMA"]
            if kind == "Transition.1":
                assert goes_on != "Transition.1", "two transitions side by side"
                before, after = self.frame(item["in_offset"]), self.frame(item["out_offset"])
                assert before >= 0 and after >= 0 and before + after > 0
                self.transitions.append(Transition(at, before, after, item["metadata"]["c41"]["blend"]))
            else:
                start, frames = self.range(item["source_range"])
                assert frames > 0 and start >= 0
                if kind == "Clip.2":
                    self.read_clip(item, Clip(at, frames, start, None, item["name"], self.speed(item), track["name"]), track, number)
                else:
                    assert kind == "Gap.1"
                at += frames
            goes_on = kind
        self.frames = max(self.frames, at)

    @staticmethod
    def speed(item):
        """A clip's range begins in its media, and is as long as the clip: the warp says what it shows."""
        warps = [effect["time_scalar"] for effect in item["effects"] if effect["OTIO_SCHEMA"] == "LinearTimeWarp.1"]
        assert len(warps) == len(item["effects"]) <= 1
        return warps[0] if warps else 1

    def read_clip(self, item, clip, track, number):
        references, active = item["media_references"], item["active_media_reference_key"]
        assert active == "DEFAULT_MEDIA"
        media = references[active]
        clip.more = {"level": item["metadata"].get("c41", {}).get("level_db"), **item["metadata"].get("c41", {})}
        if media["OTIO_SCHEMA"] == "GeneratorReference.1":
            self.titles.append((clip.at, clip.frames, media["parameters"]["text"]))
            return
        clip.url = media["target_url"]
        for one in references.values():
            given = one["available_range"]
            assert one["OTIO_SCHEMA"] == "ExternalReference.1" and seconds(given["start_time"]) >= 0
        clip.clock = self.frame(media["available_range"]["start_time"])
        clip.start -= clip.clock
        length = seconds(media["available_range"]["duration"])
        assert (clip.start + clip.frames * clip.speed) / self.fps <= length + Fraction(1, 48000), f"{clip} reaches past {length}"
        clip.more["length"] = length
        self.takes[clip.url] = [one["target_url"] for key, one in references.items() if key != active]
        if track["kind"] == "Audio":
            self.sounds.append(clip)
        else:
            assert number == 0, "the picture lies at the bottom"
            self.pictures.append(clip)


# Final Cut Pro XML 1.10: of the elements that are used here, which children in which order, and what each must have.

CLIP = r"(note )?(timeMap )?(adjust-volume )?((asset-clip|title|video) )*((marker|chapter-marker|keyword) )*"
DTD = {
    "fcpxml": ("resources library ", ["version"]),
    "resources": ("((effect|format|asset) )*", []),
    "effect": ("", ["id", "uid"]),
    "format": ("", ["id"]),
    "asset": ("(media-rep )+", ["id"]),
    "media-rep": ("", ["src"]),
    "library": ("(event )*", []),
    "event": ("((clip|asset-clip|project) )*", []),
    "project": ("sequence ", []),
    "sequence": ("spine ", ["format"]),
    "spine": ("((asset-clip|video|gap|transition) )*", []),
    "asset-clip": (CLIP, ["ref"]),
    "video": (CLIP, ["ref", "duration"]),
    "gap": (CLIP, ["duration"]),
    "clip": (r"(video )?(keyword )*", ["duration"]),
    "transition": ("(filter-video )?", ["duration"]),
    "filter-video": ("", ["ref"]),
    "title": ("(text )*(text-style-def )*", ["ref", "duration"]),
    "text": ("(text-style )*", []),
    "text-style-def": ("text-style ", ["id"]),
    "text-style": ("", []),
    "adjust-volume": ("(param )*", []),
    "param": ("(fadeIn )?(fadeOut )?", ["name"]),
    "fadeIn": ("", ["duration"]),
    "fadeOut": ("", ["duration"]),
    "marker": ("", ["start", "value"]),
    "chapter-marker": ("", ["start", "value"]),
    "keyword": ("", ["value"]),
    "note": ("", []),
    "timeMap": ("(timept ){2,}", []),
    "timept": ("", ["time", "value"]),
}


def check_form(element):
    children, needed = DTD[element.tag]
    found = "".join(child.tag + " " for child in element)
    assert re.fullmatch(children, found), f"<{element.tag}> holds {found}"
    assert set(needed) <= set(element.attrib), f"<{element.tag}> has only {set(element.attrib)}"
    for child in element:
        check_form(child)


class Fcpxml(Turnover):
    def __init__(self, path):
        text = path.read_text()
        assert text.startswith('<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE fcpxml>\n')
        root = ElementTree.fromstring(text)
        check_form(root)
        self.ids = [e.attrib["id"] for e in root.iter() if "id" in e.attrib]
        self.resources = {e.attrib["id"]: e for e in root.find("resources")}
        for e in root.iter():
            for key in ("ref", "format"):
                assert e.tag == "text-style" or key not in e.attrib or e.attrib[key] in self.resources, e.attrib
        styles = {e.attrib["id"] for e in root.iter("text-style-def")}
        assert {e.attrib["ref"] for e in root.iter("text-style") if "ref" in e.attrib} == styles
        sequence = root.find("library/event/project/sequence")
        super().__init__(1 / self.time(self.resources[sequence.attrib["format"]].attrib["frameDuration"]))
        self.version, self.drops = root.attrib["version"], sequence.attrib["tcFormat"] == "DF"
        self.start, self.frames = self.frame(sequence.attrib["tcStart"]), self.frame(sequence.attrib["duration"])
        self.ends = {}      # of each lane of titles
        self.read_spine(sequence.find("spine"))
        self.check_transitions()
        for kept in [e for e in root.find("library/event") if e.tag != "project"]:
            self.read_take(kept)

    @staticmethod
    def time(text):
        found = re.fullmatch(r"(\d+)(?:/(\d+))?s", text)
        assert found, text
        assert int(found.group(1)) < 2 ** 63 and int(found.group(2) or 1) < 2 ** 31
        return Fraction(int(found.group(1)), int(found.group(2) or 1))

    def frame(self, text):
        frames = self.time(text) * self.fps
        assert frames.denominator == 1, f"{text} lies between frames"
        return int(frames)

    def clip(self, element, at):
        asset = self.resources[element.attrib["ref"]]
        url = asset.find("media-rep").attrib["src"] if asset.tag == "asset" else None
        frames, start = self.frame(element.attrib["duration"]), self.frame(element.attrib["start"])
        assert frames > 0
        still = asset.attrib.get("duration") == "0s"
        if asset.tag != "asset" or still:
            return Clip(at, frames, 0 if still else start, url, element.attrib["name"])
        shows = self.clock(element.find("timeMap"))
        clock = self.frame(asset.attrib["start"])
        begin, end = shows(start) - clock, shows(start + frames) - clock
        assert 0 <= begin and end / self.fps <= self.time(asset.attrib["duration"]) + Fraction(1, 2400)
        return Clip(at, frames, round(begin), url, element.attrib["name"], (end - begin) / frames, clock=clock)

    def clock(self, time_map):
        """What frame of its media a clip shows when: start and what hangs on it are told by its own, mapped clock."""
        if time_map is None:
            return lambda frame: Fraction(frame)
        (t0, v0), (t1, v1) = [(self.time(p.attrib["time"]) * self.fps, self.time(p.attrib["value"]) * self.fps) for p in time_map]
        def shows(frame):
            assert t0 <= frame <= t1 + Fraction(1, 50), f"{frame} lies outside {t0} to {t1}"
            return v0 + (frame - t0) * (v1 - v0) / (t1 - t0)
        return shows

    def read_spine(self, spine):
        at = self.start
        for item in spine:
            offset, frames = self.frame(item.attrib["offset"]), self.frame(item.attrib["duration"])
            if item.tag == "transition":
                effect = self.resources[item.find("filter-video").attrib["ref"]]
                kind = {"Cross Dissolve": "dissolve", "Fade To Color": "fade", "Wipe": "wipe"}[effect.attrib["name"]]
                assert offset <= at <= offset + frames
                self.transitions.append(Transition(at - self.start, at - offset, offset + frames - at, kind))
                continue
            assert offset == at, "a spine has no holes"
            if item.tag != "gap":
                assert item.tag == "video" or item.attrib["srcEnable"] == "video"
                self.pictures.append(self.clip(item, at - self.start))
            self.read_hanging(item, at - self.start, frames, self.frame(item.attrib["start"]))
            at += frames
        assert at == self.start + self.frames

    def read_hanging(self, item, at, frames, clock):
        for child in item:
            if child.tag in ("asset-clip", "title"):
                offset = self.frame(child.attrib["offset"]) - clock
                assert 0 <= offset < frames, "what hangs begins under what it hangs on"
                clip = self.clip(child, at + offset)
                clip.track, clip.more = int(child.attrib["lane"]), {"role": child.attrib.get("audioRole")}
                volume = child.find("adjust-volume")
                clip.more["level"] = float(volume.attrib["amount"]) if volume is not None else 0
                if child.tag == "title":
                    assert clip.track > 0 and self.ends.get(clip.track, 0) <= clip.at, "titles of one lane lie side by side"
                    self.ends[clip.track] = clip.at + clip.frames
                    self.titles.append((clip.at, clip.frames, child.find("text/text-style").text))
                else:
                    assert clip.track < 0
                    self.sounds.append(clip)
            elif child.tag.endswith("marker"):
                offset = self.frame(child.attrib["start"]) - clock
                assert 0 <= offset < frames
                self.markers.append((at + offset, child.tag, child.attrib["value"]))

    def read_take(self, kept):
        reference = kept if kept.tag == "asset-clip" else kept.find("video")
        name = re.fullmatch(r"takes of (.*)", kept.find("keyword").attrib["value"]).group(1)
        asset = self.resources[reference.attrib["ref"]]
        self.takes.setdefault(name, []).append(asset.find("media-rep").attrib["src"])


# CMX 3600

EVENT = re.compile(r"(\d{3})  ([A-Z0-9]{1,8}) +(V) {4} (C       |D \d{3}   |W\d{3} \d{3}) (\S+) (\S+) (\S+) (\S+)")


class Edl(Turnover):
    """Events back to clips: a clip begins and ends at its cuts, half-way through what blends it in and out."""

    def __init__(self, path, fps):
        super().__init__(fps)
        lines = path.read_text().splitlines()
        assert lines[0].startswith("TITLE: ") and lines[1] in ("FCM: NON-DROP FRAME", "FCM: DROP FRAME")
        self.drops = lines[1] == "FCM: DROP FRAME"
        self.events = []    # number, reel, edit, blend frames, source in and out, record in and out
        self.names, self.remarks = {}, []
        self.speeds = {}    # number of an event -> its last reel's frames for one of the film
        for line in lines[2:]:
            if line.startswith("* "):
                named = re.fullmatch(r"\* (FROM|TO) CLIP NAME:  (.*)", line)
                if named:
                    self.names.setdefault(self.events[-1][0], []).append(named.group(2))
                self.remarks.append(line)
            elif line.startswith("M2"):
                self.read_speed(line)
            elif line:
                self.read_event(line)
        self.check_order()

    def read_event(self, line):
        found = EVENT.fullmatch(line)
        assert found, f"this is no event: {line!r}"
        number, reel, _, edit, *times = found.groups()
        words = edit.split()
        self.events.append((int(number), reel, words[0], int(words[1]) if len(words) > 1 else 0,
                            *(self.frame(time) for time in times)))

    def read_speed(self, line):
        reel, fps, start = re.fullmatch(r"M2   (\w+) +(\d{3}\.\d+) +(\S+)", line).groups()
        shown = [e for e in self.events if e[0] == self.events[-1][0] and e[1] == reel and e[4] == self.frame(start)]
        assert shown, f"{line} is of no reel of its event"
        if shown[-1] is self.events[-1]:
            self.speeds[shown[-1][0]] = float(fps) / float(self.fps)

    def frame(self, text):
        found = re.fullmatch(r"(\d\d):(\d\d):(\d\d)([:;])(\d\d)", text)
        assert found and (found.group(4) == ";") == self.drops, text
        hours, minutes, secs, frames = (int(found.group(i)) for i in (1, 2, 3, 5))
        counted = round(self.fps)
        assert minutes < 60 and secs < 60 and frames < counted
        whole = ((hours * 60 + minutes) * 60 + secs) * counted + frames
        if self.drops:
            left_out = counted // 15
            assert minutes % 10 == 0 or secs or frames >= left_out, f"{text} does not exist"
            whole -= left_out * (hours * 54 + minutes - minutes // 10)
        return whole

    def check_order(self):
        record, number = None, 0
        for event in self.events:
            speed, recorded = self.speeds.get(event[0], 1), event[7] - event[6]
            assert recorded >= 0 and abs(event[5] - event[4] - recorded * speed) <= (speed != 1), event
            assert event[0] in (number, number + 1), "events are numbered in order"
            assert record is None or event[6] == record, "the record side has no holes"
            record, number = event[7], event[0]
        self.frames = record - self.events[0][6]
        self.start = self.events[0][6]


# SubRip

def srt(path):
    """(start, end, text) of every cue, in milliseconds."""
    cues = []
    for number, block in enumerate(path.read_text().strip().split("\n\n"), 1):
        head, times, *text = block.split("\n")
        found = re.fullmatch(r"(\d\d):(\d\d):(\d\d),(\d{3}) --> (\d\d):(\d\d):(\d\d),(\d{3})", times)
        assert head == str(number) and found and text
        h, m, s, ms, h2, m2, s2, ms2 = map(int, found.groups())
        cues.append((((h * 60 + m) * 60 + s) * 1000 + ms, ((h2 * 60 + m2) * 60 + s2) * 1000 + ms2, "\n".join(text)))
    return cues


def file_of(folder, url):
    """The file that a link leads to: beside the timeline, whatever the folder is called."""
    parts = urllib.parse.urlsplit(url)
    assert not parts.scheme and not parts.netloc and not url.startswith(("/", "./")) and ".." not in url
    return folder / urllib.parse.unquote(parts.path)
