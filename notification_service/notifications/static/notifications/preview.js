"use strict";
// Shows beneath the form of a template what its readers will see, while it is being written.
document.addEventListener("DOMContentLoaded", () => {
  const preview = document.getElementById("template-preview");
  const form = preview && preview.closest("form");
  if (!form) return;
  const names = ["name", "variables", "subject_ar", "content_ar", "subject_en", "content_en"];
  const problem = preview.querySelector(".template-error");

  // What cannot be changed stands as text in the page.
  const value = (name) => {
    const field = form.elements[name];
    if (field) return field.value;
    const shown = form.querySelector(`.field-${name} .readonly`);
    return shown ? shown.textContent.trim() : "";
  };

  const show = async () => {
    const body = new FormData();
    names.forEach((name) => body.append(name, value(name)));
    body.append("csrfmiddlewaretoken", form.elements.csrfmiddlewaretoken.value);
    const answer = await fetch(preview.dataset.url, { method: "POST", body, credentials: "same-origin" });
    if (!answer.ok) return;
    const said = await answer.json();
    problem.hidden = !said.error;
    problem.textContent = said.error || "";
    if (said.error) return;
    preview.querySelectorAll("[data-language]").forEach((reader) => {
      const words = said[reader.dataset.language];
      reader.querySelector("h3").textContent = words.subject;
      reader.querySelector("p").textContent = words.content;
    });
  };

  let waiting;
  form.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(show, 250);
  });
  show();
});
