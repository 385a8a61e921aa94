import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { isMistake, parseXml, type XmlElement } from './parse-xml.ts';

const element = (name: string, text = '', ...children: XmlElement[]): XmlElement => ({
  name,
  children,
  text,
});

describe('XML of requests', () => {
  const good: Record<string, [document: string, root: XmlElement]> = {
    'an element that is empty': ['<a/>', element('a')],
    'a declaration, comments and instructions around the root': [
      '<?xml version="1.0" encoding="UTF-8"?>\n<!-- x --><?y z?><a>b</a> <!-- c -->\n',
      element('a', 'b'),
    ],
    'attributes, whose values may have > in them': [
      `<a b="1>" c = '"'><d e=""/></a>`,
      element('a', '', element('d')),
    ],
    'prefixes, which are left out': ['<ns0:a xmlns:ns0="u"><ns0:b/></ns0:a>', element('a', '', element('b'))],
    'the five entities and character references': [
      '<a>&lt;&amp;&gt;&quot;&apos;&#65;&#x1F600;</a>',
      element('a', '<&>"\'A😀'),
    ],
    'character data that is not read': ['<a>x<![CDATA[<b>&amp;]]>y</a>', element('a', 'x<b>&amp;y')],
    'text in pieces around a comment': ['<a>x<!-- - -->y</a>', element('a', 'xy')],
    'every kind of line end as one': ['<a>1\r\n2\r3\n4</a>', element('a', '1\n2\n3\n4')],
  };
  for (const [what, [document, root]] of Object.entries(good)) {
    test(`reads ${what}`, () => assert.deepEqual(parseXml(document), root));
  }

  const bad: Record<string, string> = {
    'nothing at all': '',
    'text without an element': 'a',
    'a document type, and so entities of its own': '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>',
    'a document type inside an element': '<a><!DOCTYPE b></a>',
    'an entity that XML does not have': '<a>&nbsp;</a>',
    'an ampersand alone': '<a>b & c</a>',
    'a reference to a character that XML does not have': '<a>&#0;</a>',
    'a reference to half a character': '<a>&#xD800;</a>',
    'an element that is not closed': '<a><b></a>',
    'an element that ends where it did not begin': '<a></b>',
    'two roots': '<a/><b/>',
    'text after the root': '<a/>b',
    'an attribute without quotes': '<a b=c/>',
    'an attribute twice': '<a b="1" b="2"/>',
    'a tag that does not end': '<a',
    'a comment that does not end': '<a><!-- </a>',
    'a control character': '<a>\u0001</a>',
    'half a character': '<a>\ud800</a>',
  };
  for (const [what, document] of Object.entries(bad)) {
    test(`refuses ${what}`, () => assert.ok(isMistake(parseXml(document)), document));
  }

  test('says where the mistake is', () => {
    assert.deepEqual(parseXml('<a><b></a>'), { mistake: '</b> was expected', offset: 9 });
  });

  test('refuses elements that stand too deep, however many there are', () => {
    const depth = 200_000;
    assert.ok(isMistake(parseXml('<a>'.repeat(depth) + '</a>'.repeat(depth))));
    assert.ok(!isMistake(parseXml('<a>'.repeat(32) + '</a>'.repeat(32))));
  });

  const anyText = fc.string({
    unit: fc.constantFrom('a', 'é', '😀', '<', '>', '&', '"', "'", ' ', '\n', ']]>'),
  });
  const escaped = (text: string) => text.replace(/[&<>]/g, (character) => `&#${character.charCodeAt(0)};`);
  const write = ({ name, children, text }: XmlElement): string =>
    `<${name}>${escaped(text)}${children.map(write).join('')}</${name}>`;
  const anyParent = (child: fc.Arbitrary<XmlElement>): fc.Arbitrary<XmlElement> =>
    fc.record(
      {
        name: fc.constantFrom('a', 'Name', 'x-1', '_b.c'),
        text: anyText,
        children: fc.array(child, { maxLength: 3 }),
      },
      { noNullPrototype: true },
    );
  const anyElement = anyParent(anyParent(anyParent(fc.constant(element('leaf')))));

  test('reads back whatever is written', () => {
    fc.assert(fc.property(anyElement, (root) => assert.deepEqual(parseXml(write(root)), root)));
  });

  test('takes any text for a document or for a mistake within it, and never fails', () => {
    const pieces = fc.constantFrom(
      '<',
      '>',
      '/',
      '</a>',
      '<a>',
      '<a ',
      'b="',
      '"',
      '&',
      ';',
      '&#',
      '<!--',
      '-->',
      '<![CDATA[',
      ']]>',
      '<?',
      '?>',
      '<!',
      'a',
      ' ',
      '=',
      '\u0000',
    );
    fc.assert(
      fc.property(fc.array(fc.oneof(pieces, fc.string()), { maxLength: 40 }), (parts) => {
        const text = parts.join('');
        const result = parseXml(text);
        if (isMistake(result)) assert.ok(result.offset >= 0 && result.offset <= text.length);
      }),
      { numRuns: 2000 },
    );
  });

  test('refuses every document that is cut off before its end', () => {
    fc.assert(
      fc.property(anyElement, fc.nat(), (root, seed) => {
        const document = write(root);
        assert.ok(isMistake(parseXml(document.slice(0, seed % document.length))));
      }),
    );
  });
});
