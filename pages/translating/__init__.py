"""Four languages as one publication: facts that follow their source, and text that is translated.

- ``facts``: what is fact reaches all translations when the source is published;
- ``passages``: the text of a page, cut into the passages that are translated one by one;
- ``records``: what each passage of a translation was made from, by whom, and what is out of date;
- ``people``: who may translate what;
- ``coverage``: pages by languages with their state;
- ``desk``: where one page is translated;
- ``exchange``: PO and XLIFF files;
- ``glossary``: the terms of the field, and the check against them;
- ``machines``: machine translation, off by default.
"""
