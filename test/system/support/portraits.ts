import type { BrowserContext } from 'playwright-core';

/** A drawn person for the pictures in the documents: nobody's face has to stand in for it. */
interface Look {
  readonly wall: string;
  readonly room: string;
  readonly skin: string;
  readonly shade: string;
  readonly hair: string;
  /** Behind the head. */
  readonly backHair: string;
  /** Over the forehead. */
  readonly fringe: string;
  readonly clothes: string;
}

const DOCTOR: Look = {
  wall: '#dfe9e6',
  room: `<rect x="70" y="70" width="330" height="400" rx="10" fill="#c9d8d3"/>
    <g fill="#9fb8b0"><rect x="90" y="190" width="290" height="10"/><rect x="90" y="320" width="290" height="10"/></g>
    <g><rect x="110" y="110" width="26" height="80" fill="#d98b6a"/><rect x="142" y="98" width="22" height="92" fill="#5f8f8a"/>
    <rect x="170" y="118" width="30" height="72" fill="#e3b25f"/><rect x="270" y="104" width="24" height="86" fill="#7a86a8"/>
    <rect x="120" y="240" width="28" height="80" fill="#7a86a8"/><rect x="154" y="228" width="24" height="92" fill="#e3b25f"/>
    <rect x="300" y="246" width="34" height="74" fill="#d98b6a"/></g>
    <g fill="#6fa287"><path d="M1080 470c-70-60-70-150-20-190 40 50 50 120 20 190Z"/><path d="M1100 470c0-90 50-150 120-150 0 80-50 130-120 150Z"/>
    <path d="M1085 470c-60-10-110-50-120-110 70-5 110 40 120 110Z"/></g><path d="M1030 465h140l-18 120h-104Z" fill="#c98f6b"/>`,
  skin: '#c98d63',
  shade: '#b3794f',
  hair: '#2c2230',
  backHair:
    '<path d="M470 330c-20-190 80-240 170-240s190 50 170 240c-6 90-30 150-50 190H520c-20-40-44-100-50-190Z"/>',
  fringe:
    '<path d="M505 300c0-110 70-160 150-150 70 8 120 60 120 150-60-20-100-50-130-90-30 40-80 70-140 90Z"/>',
  clothes: `<path d="M270 760c10-150 110-200 250-220l120 70 120-70c140 20 240 70 250 220Z" fill="#f7f9fa"/>
    <path d="M545 535 640 660l95-125-40-15H585Z" fill="#4b8f8c"/>
    <path d="M520 540 600 760M760 540 680 760" stroke="#d5dde2" stroke-width="6" fill="none"/>
    <path d="M540 545c-20 70 0 120 50 130M740 545c25 80 5 150-30 175" stroke="#3d4a57" stroke-width="11" fill="none"/>
    <circle cx="704" cy="724" r="17" fill="#3d4a57"/><rect x="800" y="660" width="74" height="44" rx="6" fill="#e1e8ec"/>
    <rect x="812" y="674" width="50" height="6" fill="#4b8f8c"/><rect x="812" y="686" width="34" height="6" fill="#9fb0b8"/>`,
};

const PATIENT: Look = {
  wall: '#efe5d8',
  room: `<rect x="830" y="60" width="340" height="300" rx="8" fill="#fff" opacity=".9"/><rect x="846" y="76" width="308" height="268" fill="#bfdcec"/>
    <path d="M846 344v-70c60-50 110-30 160-60s90-50 148-20v150Z" fill="#9cc39a"/><circle cx="1090" cy="130" r="30" fill="#f8dd94"/>
    <path d="M1000 76v268M846 210h308" stroke="#fff" stroke-width="10"/>
    <rect x="110" y="120" width="180" height="220" rx="6" fill="#fff"/><rect x="126" y="136" width="148" height="188" fill="#e7c7a6"/>
    <circle cx="200" cy="220" r="44" fill="#cf8a5b"/><path d="M150 324c0-70 100-70 100 0Z" fill="#7c9a8e"/>
    <path d="M0 600c200-50 400-40 640-40s440-10 640 40v160H0Z" fill="#b98f72"/>`,
  skin: '#f0c3a0',
  shade: '#dca983',
  hair: '#8a5530',
  backHair:
    '<path d="M500 300c-10-150 60-200 140-200s150 50 140 200c0 40-8 70-18 90H518c-10-20-18-50-18-90Z"/>',
  fringe:
    '<path d="M508 290c-10-100 40-160 140-160 90 0 134 60 124 160-20-50-50-80-80-90-60 20-140 10-160 20-14 20-20 40-24 70Z"/>',
  clothes: `<path d="M300 760c10-130 100-190 230-210 30 50 190 50 220 0 130 20 220 80 230 210Z" fill="#3f6f9f"/>
    <path d="M530 550c30 60 190 60 220 0l16 6c-34 84-218 84-252 0Z" fill="#315a84"/>
    <path d="M400 640c20 40 24 80 22 120M880 640c-20 40-24 80-22 120" stroke="#315a84" stroke-width="6" fill="none"/>`,
};

const LOOKS = { doctor: DOCTOR, patient: PATIENT };

function drawn(look: Look): { readonly scene: string; readonly person: string } {
  const svg = (content: string) =>
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1280 720" width="1280" height="720">${content}</svg>`;
  return {
    scene:
      svg(`<defs><linearGradient id="g" x2="0" y2="1"><stop stop-color="#fff" stop-opacity=".35"/><stop offset="1" stop-opacity=".12"/></linearGradient></defs>
      <rect width="1280" height="720" fill="${look.wall}"/>${look.room}<rect width="1280" height="720" fill="url(#g)"/>`),
    person: svg(`<g fill="${look.hair}">${look.backHair}</g>${look.clothes}
      <path d="M585 430h110v100c0 60-110 60-110 0Z" fill="${look.shade}"/>
      <g fill="${look.skin}"><circle cx="512" cy="330" r="24"/><circle cx="768" cy="330" r="24"/>
      <path d="M515 280c0-90 55-130 125-130s125 40 125 130c0 110-50 190-125 190s-125-80-125-190Z"/></g>
      <g fill="${look.hair}">${look.fringe}<path d="M560 292q25-16 50 0v8q-25-12-50 0ZM670 292q25-16 50 0v8q-25-12-50 0Z"/></g>
      <g fill="#2b2329"><circle cx="586" cy="324" r="10"/><circle cx="694" cy="324" r="10"/></g>
      <g fill="#fff"><circle cx="590" cy="320" r="3"/><circle cx="698" cy="320" r="3"/></g>
      <path d="M640 330c-8 30-14 40-6 48h14" stroke="${look.shade}" stroke-width="7" fill="none" stroke-linecap="round"/>
      <path d="M598 408q42 34 84 0" stroke="#9c4a3c" stroke-width="8" fill="none" stroke-linecap="round"/>
      <g fill="#e07a5f" opacity=".18"><circle cx="560" cy="372" r="24"/><circle cx="720" cy="372" r="24"/></g>`),
  };
}

/** Puts a drawn person, who breathes, before the camera of every page of the context. */
export async function sitForPortrait(context: BrowserContext, who: keyof typeof LOOKS): Promise<void> {
  await context.addInitScript(({ scene, person }) => {
    const canvas = Object.assign(document.createElement('canvas'), { width: 1280, height: 720 });
    const paint = canvas.getContext('2d');
    const picture = (svg: string) =>
      Object.assign(new Image(), { src: `data:image/svg+xml,${encodeURIComponent(svg)}` });
    const [back, front] = [picture(scene), picture(person)];
    setInterval(() => {
      paint?.drawImage(back, 0, 0);
      // A little larger than the picture, so that moving up uncovers nothing below.
      paint?.drawImage(front, -8, Math.sin(performance.now() / 900) * 4, 1296, 729);
    }, 40);
    navigator.mediaDevices.getUserMedia = async () => {
      const sound = new AudioContext().createMediaStreamDestination().stream;
      return new MediaStream([...canvas.captureStream(25).getTracks(), ...sound.getTracks()]);
    };
  }, drawn(LOOKS[who]));
}
