# SPDX-License-Identifier: MIT
# Turns command_far.sh into the lines of an array in C, without what is for people.
/^ *#/d
/^$/d
s/ *# [^"]*$//
s/^ *//
s/[\\"]/\\&/g
s/.*/"&",/
