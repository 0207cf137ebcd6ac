/* Suggestions under a division field. The field works without this script: a code or a full name is enough. */
(function () {
  'use strict';
  if (window.lmsDivisionPicker) { return; }
  window.lmsDivisionPicker = true;
  var serial = 0;

  function attach(box) {
    if (box.dataset.ready) { return; }
    box.dataset.ready = '1';
    var input = box.querySelector('input');
    var list = document.createElement('ul');
    var id = 'picker-' + (serial += 1);
    var timer = 0, asked = 0, current = -1, rows = [];
    list.id = id;
    list.className = 'picker-list';
    list.setAttribute('role', 'listbox');
    list.hidden = true;
    box.appendChild(list);
    input.setAttribute('role', 'combobox');
    input.setAttribute('aria-autocomplete', 'list');
    input.setAttribute('aria-controls', id);
    input.setAttribute('aria-expanded', 'false');

    function close() {
      list.hidden = true;
      current = -1;
      input.setAttribute('aria-expanded', 'false');
      input.removeAttribute('aria-activedescendant');
    }

    function choose(row) {
      input.value = row.code + ' ' + row.full_name;
      close();
      input.dispatchEvent(new Event('change', { bubbles: true }));
    }

    function mark(index) {
      var items = list.children;
      if (current >= 0 && items[current]) { items[current].removeAttribute('aria-selected'); }
      current = (index + items.length) % items.length;
      items[current].setAttribute('aria-selected', 'true');
      input.setAttribute('aria-activedescendant', items[current].id);
      items[current].scrollIntoView({ block: 'nearest' });
    }

    function show(found) {
      rows = found;
      list.textContent = '';
      rows.forEach(function (row, index) {
        var item = document.createElement('li');
        var place = document.createElement('span');
        item.id = id + '-' + index;
        item.setAttribute('role', 'option');
        item.textContent = row.full_name;
        place.className = 'num';
        place.textContent = row.code;
        item.appendChild(place);
        item.addEventListener('mousedown', function (event) { event.preventDefault(); choose(row); });
        list.appendChild(item);
      });
      current = -1;
      list.hidden = rows.length === 0;
      input.setAttribute('aria-expanded', String(rows.length > 0));
    }

    function ask() {
      var text = input.value.trim();
      var mine = (asked += 1);
      if (!text) { close(); return; }
      var query = new URLSearchParams({ q: text });
      ['within', 'levels', 'on'].forEach(function (name) { if (box.dataset[name]) { query.set(name, box.dataset[name]); } });
      fetch(box.dataset.url + '?' + query, { credentials: 'same-origin', headers: { Accept: 'application/json' } })
        .then(function (response) { return response.ok ? response.json() : { results: [] }; })
        .then(function (answer) { if (mine === asked && document.activeElement === input) { show(answer.results); } })
        .catch(function () { close(); });
    }

    input.addEventListener('input', function () { clearTimeout(timer); timer = setTimeout(ask, 160); });
    input.addEventListener('blur', close);
    input.addEventListener('keydown', function (event) {
      if (list.hidden) { return; }
      if (event.key === 'ArrowDown') { event.preventDefault(); mark(current + 1); }
      if (event.key === 'ArrowUp') { event.preventDefault(); mark(current - 1); }
      if (event.key === 'Escape') { close(); }
      if (event.key === 'Enter' && current >= 0) { event.preventDefault(); choose(rows[current]); }
    });
  }

  function scan(root) { Array.prototype.forEach.call(root.querySelectorAll('[data-picker]'), attach); }
  function start() { scan(document); }
  if (document.readyState === 'loading') { document.addEventListener('DOMContentLoaded', start); } else { start(); }
  document.addEventListener('htmx:afterSwap', function (event) { scan(event.target); });
}());
