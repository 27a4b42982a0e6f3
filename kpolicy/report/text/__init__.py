# SPDX-License-Identifier: GPL-2.0-or-later
"""What all texts for people share: plain lines, colour, Markdown, groups and summaries."""
