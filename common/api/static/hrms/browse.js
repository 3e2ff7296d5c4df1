"use strict";

// A filter left empty is not sent: an empty number or date would be a wrong one.
for (const form of document.querySelectorAll("form.filters")) {
  form.addEventListener("formdata", (event) => {
    for (const [name, value] of [...event.formData]) {
      if (value === "") event.formData.delete(name);
    }
  });
}

for (const form of document.querySelectorAll("form.send")) {
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const answer = form.querySelector(".answer");
    const button = form.querySelector("button");
    button.disabled = true;
    try {
      const response = await fetch(location.pathname, request(form));
      show(answer, `${response.status} ${response.statusText}`, !response.ok, readable(await response.text()));
    } catch (error) {
      show(answer, String(error), true, "");
    } finally {
      button.disabled = false;
    }
  });
}

function request(form) {
  const headers = { Accept: "application/json", "X-CSRFToken": document.body.dataset.csrfToken };
  const text = form.querySelector("textarea");
  let body;
  if (text) {
    headers["Content-Type"] = "application/json";
    body = text.value;
  } else if (form.querySelector(".fields")) {
    body = new FormData(form);
    for (const [name, value] of [...body]) {
      if (value === "" || (value instanceof File && value.name === "")) body.delete(name);
    }
  }
  return { method: form.dataset.method, headers, body, credentials: "same-origin" };
}

function readable(text) {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}

function show(answer, status, failed, text) {
  const line = answer.querySelector(".status");
  line.textContent = status;
  line.classList.toggle("failed", failed);
  answer.querySelector("pre").textContent = text;
  answer.hidden = false;
  answer.scrollIntoView({ block: "nearest" });
}
