// What this device keeps of an attempt, on its disk: {answers, window}, one record an attempt. A browser writes localStorage down
// some seconds later, and what is killed before loses it; here an answer is on the disk as soon as put() says true.
// Where a browser has no such store, or refuses it, everything answers null or false and localStorage has to do.
window.examJournal = (function () {
  "use strict";
  var opening = null, next = {}, busy = {};
  function open() {
    return opening = opening || new Promise(function (done) {
      setTimeout(function () { done(null); }, 1500);
      try {
        var request = indexedDB.open("exam", 1);
        request.onupgradeneeded = function () { request.result.createObjectStore("attempts"); };
        request.onsuccess = function () { done(request.result); };
        request.onerror = function () { done(null); };
      } catch (e) { done(null); }
    });
  }
  function act(mode, work) {
    return open().then(function (base) {
      return base && new Promise(function (done) {
        try {
          var change = base.transaction("attempts", mode, { durability: "strict" }), asked = work(change.objectStore("attempts"));
          change.oncomplete = function () { done({ found: asked.result }); };
          change.onerror = change.onabort = function () { done(null); };
        } catch (e) { done(null); }
      });
    });
  }
  // one write at a time: what comes meanwhile is written together afterwards, the last state of it
  function flush(id) {
    var turn = next[id];
    delete next[id];
    busy[id] = act("readwrite", function (store) { return turn.record ? store.put(turn.record, id) : store.delete(id); }).then(function (made) {
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
    get: function (id) { return act("readonly", function (store) { return store.get(id); }).then(function (made) { return made && made.found || null; }); },
    put: put,
    drop: function (id) { return put(id, null); },
    names: function () { return act("readonly", function (store) { return store.getAllKeys(); }).then(function (made) { return made && made.found; }); }
  };
})();
