"use strict";
(() => {
	const live = document.querySelector("[data-live]");
	if (!live) return;
	const lost = document.querySelector("#lost");
	const field = document.querySelector("#q");
	let tag = "", timer, turn = 0, last = new Date();
	async function refresh() {
		clearTimeout(timer);
		timer = setTimeout(refresh, 5000);
		if (document.hidden) return;
		const mine = ++turn;
		const url = new URL(location.href);
		if (field) url.searchParams.set("q", field.value);
		url.searchParams.set("part", "live");
		try {
			const answer = await fetch(url, {
				headers: tag ? { "If-None-Match": tag } : {},
				cache: "no-store", redirect: "manual", signal: AbortSignal.timeout(4000),
			});
			if (answer.type === "opaqueredirect" || answer.status === 401) return location.reload();
			if (!answer.ok && answer.status !== 304) throw new Error(answer.status);
			if (answer.ok) {
				const text = await answer.text();
				if (mine !== turn) return;
				const chosen = getSelection();
				if (!chosen.isCollapsed && live.contains(chosen.anchorNode)) return;
				live.innerHTML = text;
				tag = answer.headers.get("ETag");
			}
			last = new Date();
			lost.hidden = true;
		} catch {
			lost.querySelector("time").textContent = last.toLocaleTimeString();
			lost.hidden = false;
		}
	}
	document.addEventListener("visibilitychange", refresh);
	if (field) {
		field.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(refresh, 150); });
		field.form.addEventListener("submit", (event) => {
			event.preventDefault();
			history.replaceState(null, "", field.value ? "/?q=" + encodeURIComponent(field.value) : "/");
			refresh();
		});
	}
	timer = setTimeout(refresh, 5000);
})();
