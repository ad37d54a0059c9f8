-- SPDX-License-Identifier: MIT
local on = require "c41.on"
local csv = require "c41.csv"
