-- SPDX-License-Identifier: MIT
-- Words that are set over pictures, and how: cards, lower thirds, subtitles, what review copies have in their corners.
local text = require "rules.text"

local titles = {}

-- Styles that are a card's; ink and ground of a theme are theirs, for what lies over pictures has to be read there.
local CARDS = { title = true, chapter = true, card = true, credits = true, ["end"] = true }

-- What the film's theme says of an element: its own keys over those of all. nil: nothing.
function titles.style(w, element)
  local theme = w.film.theme
  if not theme or w.styles[element] ~= nil then
    return w.styles[element] or nil
  end
  local card = CARDS[element]
  local style = { family = theme.family, accent = theme.accent, safe = theme.safe,
    ink = card and theme.ink or nil, ground = card and theme.ground or nil }
  for key, value in pairs(theme[element] or {}) do
    style[key] = value
  end
  w.styles[element] = next(style) and c41.fixed(style) or false
  return w.styles[element] or nil
end

-- A card's words and style, as params of the step that draws it or of the picture that it lies over.
function titles.card(w, sh, inputs)
  local spec = sh.shot.card
  local style = spec.style ~= "plain" and spec.style or nil
  return { text = text.value(w, spec.text, sh.id, "card", c41.place(sh.shot, "card"), inputs), style = style,
    theme = titles.style(w, style or "card") }
end

-- Whether a card's words lie over a picture of the shot instead of a ground of their own.
function titles.over_picture(sh)
  return sh.shot.card ~= nil and (sh.shot.image or sh.shot.file) ~= nil
end

-- The card of a shot where a cut draws it: over the picture, or credits, which may have to roll.
local function moving_card(w, sh, inputs)
  if not sh.shot.card or sh.shot.card.style ~= "credits" and not titles.over_picture(sh) then
    return nil
  end
  local card = titles.card(w, sh, inputs)
  card.over = titles.over_picture(sh) or nil
  return card
end

local function lower_third(w, sh, inputs)
  local spec = sh.shot.text
  if not spec then
    return nil
  end
  return { text = text.value(w, spec.text, sh.id, "text", c41.place(sh.shot, "text"), inputs),
    at = spec.at, seconds = spec.seconds, fade = spec.fade, theme = titles.style(w, "lower-third") }
end

-- The lines and when they are spoken; clock names the input that is the shot's timing where that is not "timing".
function titles.spoken(w, sh, inputs, clock)
  local spoken = sh.lines
  local lines = c41.room(#spoken)
  for i = 1, #spoken do
    local line = spoken[i]
    local fact = clock and clock .. ".lines." .. line.name
    lines[i] = { who = line.who, name = text.display(line.who), mode = line.mode,
      text = text.value(w, line.text, sh.id, line.tail, line.place, inputs),
      start = fact and { late = fact .. ".start" } or line.start,
      seconds = fact and { late = fact .. ".seconds" } or line.seconds }
  end
  return c41.array(lines)
end

-- What review copies say in their corners. The clock is the shot's own: the film's would change with every edit
-- before it, and the picture with it.
local function burn_in(w, d, sh)
  if not d.burn_in then
    return nil
  end
  local says = { theme = titles.style(w, "slate") }
  for _, what in ipairs(d.burn_in) do
    says[what] = true
  end
  says.film = says.film and (w.film.title or "") or nil
  says.scene = says.scene and (sh.scene.scene.scene or sh.scene.name) or nil
  says.shot, says.take = says.shot and sh.name or nil, says.take and sh.take or nil
  return says
end

-- Adds to the params of a cut, or of one side of a join, what deliverable d has over the picture.
function titles.add(w, d, sh, params, inputs)
  params.text, params.card = lower_third(w, sh, inputs), moving_card(w, sh, inputs)
  params["burn-in"] = burn_in(w, d, sh)
end

return titles
