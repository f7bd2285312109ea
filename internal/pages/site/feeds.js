"use strict";
// Copies addresses, where the browser lets a page do so: over https.
const said = document.querySelector(".said");
for (const button of navigator.clipboard ? document.querySelectorAll("button[data-done]") : []) {
  const address = button.previousElementSibling, name = button.textContent;
  button.hidden = false;
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(address.textContent);
    } catch {
      getSelection().selectAllChildren(address);
      return;
    }
    button.textContent = said.textContent = button.dataset.done;
    setTimeout(() => {
      button.textContent = name;
      said.textContent = "";
    }, 2000);
  });
}
