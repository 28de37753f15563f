import { describe, it } from 'node:test';
import { expect } from 'expect';
import { html } from './html.ts';

describe('html', () => {
  it('escapes what is put in, also in attributes', () => {
    const name = `<script>alert("x")</script> & 'co'`;
    expect(html`<p title="${name}">${name}</p>`.markup).toBe(
      '<p title="&lt;script&gt;alert(&quot;x&quot;)&lt;/script&gt; &amp; &#39;co&#39;">' +
        '&lt;script&gt;alert(&quot;x&quot;)&lt;/script&gt; &amp; &#39;co&#39;</p>',
    );
  });

  it('keeps markup that it made itself, and leaves nothing for null', () => {
    expect(html`<ul>${html`<li>${1}</li>`}${null}</ul>`.markup).toBe('<ul><li>1</li></ul>');
  });
});
