/** Substances that are related closely enough that an allergy to one is a warning about the others. */
export interface DrugClass {
  /** What an allergy to the whole class is called, in English and where another language has another word. */
  readonly names: readonly string[];
  /** International names, each with the other words for the same substance. */
  readonly ingredients: readonly (readonly [name: string, ...also: string[]])[];
}

/**
 * The classes that people are allergic to as a whole, and common substances with more than one name: facts
 * from the WHO's ATC classification, kept to what is prescribed often. Spelling needs no entry of its own:
 * `amoxycilline` is found (see `spelledAlike`).
 */
export const DRUG_CLASSES: readonly DrugClass[] = [
  {
    names: ['penicillin'],
    ingredients: list(
      'amoxicillin=amoxiclav ampicillin azlocillin bacampicillin benzylpenicillin carbenicillin cloxacillin',
      'dicloxacillin flucloxacillin mecillinam mezlocillin nafcillin oxacillin penicillin',
      'phenoxymethylpenicillin piperacillin pivampicillin pivmecillinam sultamicillin temocillin ticarcillin',
    ),
  },
  {
    names: ['cephalosporin'],
    ingredients: list(
      'cefaclor cefadroxil cefalexin cefalotin cefazolin cefdinir cefditoren cefepime cefiderocol cefixime',
      'cefoperazone cefotaxime cefotetan cefoxitin cefpodoxime cefprozil cefradine ceftaroline ceftazidime',
      'ceftibuten ceftobiprole ceftriaxone cefuroxime',
    ),
  },
  { names: ['carbapenem'], ingredients: list('doripenem ertapenem imipenem meropenem') },
  {
    // Antibiotics only: diuretics and other sulfonamides hardly ever cross-react.
    names: ['sulfonamide', 'sulfamide', 'sulfa'],
    ingredients: list(
      'sulfacetamide sulfadiazine sulfadoxine sulfamerazine sulfamethoxazole=cotrimoxazole=trimoxazole',
      'sulfasalazine sulfisoxazole',
    ),
  },
  {
    names: ['macrolide'],
    ingredients: list(
      'azithromycin clarithromycin erythromycin fidaxomicin josamycin roxithromycin spiramycin telithromycin',
    ),
  },
  {
    names: ['quinolone', 'fluoroquinolone'],
    ingredients: list(
      'ciprofloxacin delafloxacin gemifloxacin levofloxacin lomefloxacin moxifloxacin nalidixic norfloxacin',
      'ofloxacin pefloxacin',
    ),
  },
  {
    names: ['tetracycline'],
    ingredients: list(
      'demeclocycline doxycycline lymecycline minocycline oxytetracycline tetracycline tigecycline',
    ),
  },
  {
    names: ['aminoglycoside', 'aminoside'],
    ingredients: list('amikacin gentamicin kanamycin neomycin netilmicin streptomycin tobramycin'),
  },
  {
    names: ['nsaid', 'nsaids', 'ains', 'aine', 'aines'],
    ingredients: list(
      'aceclofenac acemetacin aspirin=acetylsalicyl celecoxib dexibuprofen dexketoprofen diclofenac diflunisal',
      'etodolac etoricoxib fenoprofen flurbiprofen ibuprofen indometacin ketoprofen ketorolac lornoxicam',
      'mefenamic meloxicam nabumetone naproxen nimesulide oxaprozin parecoxib piroxicam sulindac tenoxicam',
      'tiaprofenic tolmetin',
    ),
  },
  {
    names: ['opioid', 'opiate', 'opiacé', 'opiáceo'],
    ingredients: list(
      'alfentanil buprenorphine butorphanol codeine dextropropoxyphene diamorphine dihydrocodeine fentanyl',
      'hydrocodone hydromorphone methadone morphine nalbuphine oxycodone oxymorphone pentazocine',
      'pethidine=meperidine remifentanil sufentanil tapentadol tramadol',
    ),
  },
  {
    names: ['statin', 'estatina'],
    ingredients: list(
      'atorvastatin fluvastatin lovastatin pitavastatin pravastatin rosuvastatin simvastatin',
    ),
  },
  {
    names: ['benzodiazepine'],
    ingredients: list(
      'alprazolam bromazepam chlordiazepoxide clobazam clonazepam diazepam flurazepam lorazepam lormetazepam',
      'midazolam nitrazepam oxazepam temazepam triazolam',
    ),
  },
  {
    names: ['sartan'],
    ingredients: list(
      'azilsartan candesartan eprosartan irbesartan losartan olmesartan telmisartan valsartan',
    ),
  },
  // The ACE inhibitors have no name of one word: an allergy is recorded to one of them.
  {
    names: [],
    ingredients: list(
      'benazepril captopril enalapril fosinopril imidapril lisinopril moexipril perindopril quinapril ramipril',
      'trandolapril zofenopril',
    ),
  },
  // Each alone in its class.
  ...list(
    'paracetamol=acetaminophen salbutamol=albuterol adrenaline=epinephrine noradrenaline=norepinephrine',
    'furosemide=frusemide glibenclamide=glyburide rifampicin=rifampin levothyroxine=thyroxine',
    'lidocaine=lignocaine ciclosporin=cyclosporin metamizole=dipyrone',
  ).map((ingredient) => ({ names: [], ingredients: [ingredient] })),
];

/** `a=b c` is the substance `a`, also called `b`, and the substance `c`. */
function list(...lines: readonly string[]): DrugClass['ingredients'] {
  return lines
    .join(' ')
    .split(' ')
    .map((substance) => substance.split('=') as [string, ...string[]]);
}
