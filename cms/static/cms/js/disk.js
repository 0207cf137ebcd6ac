// What this device keeps on its disk until the server has it: one store a purpose, one record a name. A browser writes localStorage
// down some seconds later, and what is killed before loses it; here a record is on the disk as soon as put() says true.
// Where a browser has no such store, or refuses it, put() says false and the caller may have localStorage do: see spare.
window.keptOnDisk = function (base, kind) {
  "use strict";
  var opening = null, next = {}, busy = {};
  function open() {
    return opening = opening || new Promise(function (done) {
      setTimeout(function () { done(null); }, 1500);
      try {
        var request = indexedDB.open(base, 1);
        request.onupgradeneeded = function () { request.result.createObjectStore(kind); };
        request.onsuccess = function () { done(request.result); };
        request.onerror = function () { done(null); };
      } catch (e) { done(null); }
    });
  }
  // work names its requests; the answer is what each of them found, or null where nothing was done
  function act(mode, work) {
    return open().then(function (found) {
      return found && new Promise(function (done) {
        try {
          var change = found.transaction(kind, mode, { durability: "strict" }), asked = work(change.objectStore(kind));
          change.oncomplete = function () { done(asked.map(function (request) { return request.result; })); };
          change.onerror = change.onabort = function () { done(null); };
        } catch (e) { done(null); }
      });
    });
  }
  // one write of a record at a time: what comes meanwhile is written together afterwards, the last state of it
  function flush(id) {
    var turn = next[id];
    delete next[id];
    busy[id] = act("readwrite", function (store) { return [turn.record ? store.put(turn.record, id) : store.delete(id)]; }).then(function (made) {
      busy[id] = null;
      if (next[id]) flush(id);
      turn.done.forEach(function (done) { done(!!made); });
    });
  }
  function put(id, record) {
    return new Promise(function (done) {
      next[id] = { record: record, done: (next[id] ? next[id].done : []).concat(done) };
      if (!busy[id]) flush(id);
    });
  }
  return {
    get: function (id) { return act("readonly", function (store) { return [store.get(id)]; }).then(function (made) { return made && made[0] || null; }); },
    put: put,
    drop: function (id) { return put(id, null); },
    // every record by its name
    all: function () {
      return act("readonly", function (store) { return [store.getAllKeys(), store.getAll()]; }).then(function (made) {
        var found = {};
        if (made) made[0].forEach(function (id, i) { found[id] = made[1][i]; });
        return found;
      });
    }
  };
};
// The same, with localStorage in place of a disk that refuses. put() says false only where neither keeps.
window.keptOnDisk.spare = function (base, kind) {
  "use strict";
  var disk = window.keptOnDisk(base, kind), mark = base + ":" + kind + ":";
  function beside(run) { try { run(window.localStorage); return true; } catch (e) { return false; } }
  return {
    put: function (id, record) {
      return disk.put(id, record).then(function (kept) {
        return kept || beside(function (box) { box.setItem(mark + id, JSON.stringify(record)); });
      });
    },
    drop: function (id) {
      beside(function (box) { box.removeItem(mark + id); });
      return disk.drop(id);
    },
    all: function () {
      return disk.all().then(function (found) {
        beside(function (box) {
          Object.keys(box).forEach(function (key) { if (key.indexOf(mark) === 0) found[key.slice(mark.length)] = JSON.parse(box.getItem(key)); });
        });
        return found;
      });
    }
  };
};
