// The list of sources: which there are, which are asked, adding and removing.

const PAUSE = 500;

async function listSources() {
  const isLatest = begin("list");
  const reply = await call(server.list_sources, {});
  if (!isLatest()) return;
  const sources = reply.sources || [];
  const notice = reply.error || reply.notice;
  const ticked = new Set(picked());
  find("count").textContent = sources.length ? String(sources.length) : "";
  find("list").replaceChildren(...sources.map((source) => sourceItem(source, ticked)));
  fill("list-notice", notice);
  show("list-notice", Boolean(notice));
  show("list-hint", sources.length > 1);
  show("list-filter", sources.length > 8);
  show("empty", !reply.error && sources.length === 0);
  filterSources();
}

function sourceItem(source, ticked) {
  const title = make("span", "list-title", source.title);
  const path = source.title === source.name ? null : make("span", "list-path", source.name);
  const facts = make("span", "list-facts", source.facts + (source.uploaded ? " · added here" : ""));
  const open = button("list-open", (self) => openSource(source, self), title, path, facts);
  // Of what users share, none removes anything here.
  const remove = source.uploaded || !server.account ? removeButton(source) : null;
  const item = make("li", "list-item", pickBox(source, ticked), open, remove);
  item.dataset.words = (source.title + " " + source.name).toLowerCase();
  return item;
}

function pickBox(source, ticked) {
  const pick = make("input", "pick");
  pick.type = "checkbox";
  pick.value = source.document;
  pick.checked = ticked.has(source.document);
  pick.setAttribute("aria-label", "Search in " + spelled(source.title));
  return pick;
}

// The documents that alone are searched; none ticked are all.
function picked() {
  return Array.from(find("list").querySelectorAll(".pc-pick:checked"), (pick) => pick.value);
}

function filterSources() {
  const wanted = find("list-filter").hidden ? "" : find("list-filter").value.toLowerCase().trim();
  for (const item of find("list").children) item.hidden = !item.dataset.words.includes(wanted);
}

// Found by asking, so that it takes a while.
async function listExamples() {
  const examples = (await call(server.examples, {})).examples || [];
  root.dataset.examples = String(examples.length);
  const items = examples.map((question) => make("li", "", exampleButton(question)));
  find("example-list").replaceChildren(...items);
  show("examples", items.length > 0);
}

function exampleButton(question) {
  return button("example", () => askThis(question), question);
}

function removeButton(source) {
  return asksTwice("remove", "Remove", "Remove " + source.title, async () => {
    const reply = await call(server.remove_source, { document: source.document });
    if (reply.error) adding.refused = [{ file: source.title, reason: reply.error }];
    showJobs([]);
    await listAnew();
    say(reply.error || reply.told);
    find("add-files").focus();
  });
}

// What cannot be undone takes a second press.
function asksTwice(name, text, label, act) {
  const made = button("quiet " + name, press, text);
  made.setAttribute("aria-label", spelled(label));
  made.addEventListener("blur", calm);
  // A key that is held down is one press.
  made.addEventListener("keydown", (event) => event.repeat && event.preventDefault());
  function press() {
    if (made.dataset.sure) return void act();
    made.dataset.sure = "yes";
    made.textContent = "Really?";
    made.setAttribute("aria-label", spelled(label) + ": press again to do it");
  }
  function calm() {
    delete made.dataset.sure;
    made.textContent = text;
    made.setAttribute("aria-label", spelled(label));
  }
  return made;
}

function showList(visible) {
  root.classList.toggle("pc-listing", visible);
  find("show-list").setAttribute("aria-expanded", String(visible));
}

// The list, and examples out of what is in it now.
async function listAnew() {
  await listSources();
  if (root.dataset.state === "ready") listExamples();
}

// -- adding ----------------------------------------------------------------------------------------

// The files that were refused of the last that were added, and whether the others are watched.
const adding = { refused: [], watching: false };

async function addFiles(entries) {
  adding.refused = [];
  let sent = 0;
  for (const { file, path } of entries) {
    fill("jobs", make("p", "job", `Adding ${sent + 1} of ${entries.length}: ${path}`));
    const problem = await upload(file, path);
    if (problem) adding.refused.push({ file: path, reason: problem });
    sent += 1;
  }
  if (adding.refused.length < entries.length) {
    const reply = await call(server.take_in, {});
    if (reply.error) adding.refused.push({ file: "Nothing was added", reason: reply.error });
  }
  await watchJobs();
}

async function upload(file, path) {
  try {
    const target = "upload?path=" + encodeURIComponent(path);
    const response = await fetch(target, { method: "POST", body: file });
    return response.ok ? null : (await response.json()).error;
  } catch {
    return FAILED;
  }
}

function failureLine(failure) {
  return make("p", "error job-failure", make("b", "", failure.file), ": ", failure.reason);
}

// Until nothing is being added any more; once, however often it is asked for.
async function watchJobs() {
  if (adding.watching) return;
  adding.watching = true;
  let jobs = [];
  do {
    const reply = await call(server.status, {});
    jobs = reply.jobs || [];
    showJobs(jobs);
    if (jobs.some(isActive)) await after(PAUSE);
  } while (jobs.some(isActive));
  adding.watching = false;
  await listAnew();
  // Once, when it is over: what changes twice a second is for the eye.
  say(find("jobs").textContent);
}

function showJobs(jobs) {
  fill("jobs", ...adding.refused.map(failureLine), ...jobs.map(jobElement));
}

function isActive(job) {
  return job.state === "waiting" || job.state === "running";
}

function jobElement(job) {
  const told = make("p", "job-told", jobText(job));
  return make("div", "job", told, jobBar(job), ...job.failures.map(failureLine));
}

function jobText(job) {
  if (job.message) return job.message;
  if (job.state === "waiting") return "Waiting to be added";
  if (job.state === "failed") return "Nothing was added.";
  if (job.state === "done") return "Added: " + job.added + (job.added === 1 ? " source" : " sources");
  const passages = job.passages ? ", " + job.passages + " passages" : "";
  return `Reading ${job.documents} of ${job.total || "…"}${passages}. ${job.file}`;
}

function jobBar(job) {
  if (!isActive(job)) return null;
  const bar = make("progress", "job-bar");
  bar.setAttribute("aria-label", "Files that are being added");
  if (job.total) {
    bar.max = job.total;
    bar.value = job.documents;
  }
  return bar;
}

function entriesOf(files) {
  return Array.from(files, (file) => ({ file, path: file.webkitRelativePath || file.name }));
}

// Dropped folders come as trees.
async function droppedEntries(items) {
  const roots = Array.from(items, (item) => item.webkitGetAsEntry()).filter(Boolean);
  const found = [];
  for (const entry of roots) await gather(entry, "", found);
  return found;
}

async function gather(entry, folder, found) {
  const path = folder + entry.name;
  if (entry.isFile) {
    found.push({ file: await new Promise((resolve, reject) => entry.file(resolve, reject)), path });
    return;
  }
  const reader = entry.createReader();
  for (;;) {
    const batch = await new Promise((resolve, reject) => reader.readEntries(resolve, reject));
    if (!batch.length) return;
    for (const inner of batch) await gather(inner, path + "/", found);
  }
}

function wireAdding() {
  for (const kind of ["file", "folder"]) {
    const input = find(kind + "-input");
    find(kind === "file" ? "add-files" : "add-folder").addEventListener("click", () => input.click());
    input.addEventListener("change", () => {
      const entries = entriesOf(input.files);
      input.value = "";
      if (entries.length) addFiles(entries);
    });
  }
  wireDropping();
}

function wireDropping() {
  const carriesFiles = (event) => Array.from(event.dataTransfer.types).includes("Files");
  root.addEventListener("dragover", (event) => {
    if (!carriesFiles(event)) return;
    event.preventDefault();
    show("drop", true);
  });
  root.addEventListener("dragleave", (event) => {
    if (!root.contains(event.relatedTarget)) show("drop", false);
  });
  root.addEventListener("drop", async (event) => {
    show("drop", false);
    if (!carriesFiles(event)) return;
    event.preventDefault();
    const entries = await droppedEntries(event.dataTransfer.items);
    if (entries.length) addFiles(entries);
  });
}
