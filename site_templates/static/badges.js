/* The badge builder of the API page: it only writes text and asks this site for an image. */
(function () {
  "use strict";
  var box = document.querySelector(".badges");
  if (!box) return;
  var pick = box.querySelector(".pick");
  var which = pick.querySelector(".which");
  var kind = pick.querySelector(".kind");
  var lang = pick.querySelector(".lang");
  var made = box.querySelector(".made");
  var image = box.querySelector("img");

  function escaped(text) {
    return text.replace(/[&<>"]/g, function (one) { return "&#" + one.charCodeAt(0) + ";"; });
  }

  function make() {
    var id = which.value;
    var name = which.options[which.selectedIndex].text;
    var path = "api/badge/" + id + kind.value + ".svg";
    var src = box.dataset.base + "/" + path;
    var href = box.dataset.base + "/service/" + id + "/";
    var words = {
      md: "[![" + name.replace(/[\[\]\\]/g, "\\$&") + "](" + src + ")](" + href + ")",
      html: '<a href="' + href + '"><img src="' + src + '" alt="' + escaped(name) + '"></a>',
      url: src
    };
    made.textContent = words[lang.value];
    image.src = box.dataset.root + path;
    image.alt = (kind.value ? "Uptime of " : "State of ") + name;
  }

  [which, kind, lang].forEach(function (one) { one.addEventListener("change", make); });
  pick.hidden = false;
}());
