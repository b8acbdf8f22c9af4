import { DOMParser } from '@xmldom/xmldom';

/** A value of a property list. Dates and data are not used by any of ours, and are read as their text. */
export type PlistValue = string | number | boolean | readonly PlistValue[] | { readonly [key: string]: PlistValue };

/**
 * Reads a property list in Apple's XML form (`man 5 plist`).
 *
 * @throws if it is not well-formed, is in the binary form, or a key has no value or stands twice
 */
export function readPlist(text: string): PlistValue {
  const complain = (message: string): never => {
    throw new Error(message);
  };
  const root = new DOMParser({ errorHandler: { warning: complain, error: complain, fatalError: complain } }).parseFromString(
    text,
    'text/xml',
  ).documentElement;
  if (root.tagName !== 'plist') throw new Error('it is no property list');
  const [value, ...more] = elementsIn(root);
  if (value === undefined || more.length > 0) throw new Error('a property list holds exactly one value');
  return valueOf(value);
}

function valueOf(element: Element): PlistValue {
  const text = element.textContent;
  switch (element.tagName) {
    case 'true':
    case 'false':
      return element.tagName === 'true';
    case 'integer':
    case 'real':
      return Number(text);
    case 'string':
    case 'date':
    case 'data':
      return text;
    case 'array':
      return elementsIn(element).map(valueOf);
    case 'dict':
      return dictionaryOf(element);
    default:
      throw new Error(`a property list has no <${element.tagName}>`);
  }
}

function dictionaryOf(element: Element): Readonly<Record<string, PlistValue>> {
  const parts = elementsIn(element);
  const found = new Map<string, PlistValue>();
  for (let index = 0; index < parts.length; index += 2) {
    const [key, value] = [parts[index], parts[index + 1]];
    if (key?.tagName !== 'key' || value === undefined) throw new Error('a dictionary of a property list alternates keys and values');
    const name = key.textContent;
    if (found.has(name)) throw new Error(`the key ${name} stands twice`);
    found.set(name, valueOf(value));
  }
  return Object.fromEntries(found);
}

const elementsIn = (parent: Element): Element[] => Array.from(parent.childNodes).filter(isElement);

/** 1: https://dom.spec.whatwg.org/#dom-node-nodetype. xmldom has no global `Element` to compare with. */
const isElement = (node: ChildNode): node is Element & ChildNode => node.nodeType === 1;
